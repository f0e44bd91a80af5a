"""Frozen, typed pictures of what a Ray cluster holds, with Ray's own field names where Ray has good ones.

Times named `…_ms` are milliseconds since the epoch as Ray sends them, all others seconds; sizes are bytes.
`None` means "not known", never zero.
"""
