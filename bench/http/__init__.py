"""The webhook over HTTP: our handler and its peers, each a process of its own, and their load."""
