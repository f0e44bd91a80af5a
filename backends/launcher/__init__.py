"""The file that `ray up` was given: which cluster it means, where its head is, how one logs in there."""
