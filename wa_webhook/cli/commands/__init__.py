"""The commands: each is a function or an `app` in the module of its name."""
