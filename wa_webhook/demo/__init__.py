"""A scripted conversation through the whole system, checked reply by reply."""
