"""`wa-webhook doctor`: whether a process would work with this environment, and how to mend it."""
