"""Charts over time: where their values come from, how they are drawn, and the wall of them."""
