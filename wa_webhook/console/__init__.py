"""The desk: a page on which people read conversations, answer in them, and see the system's state.

Whoever signs in is a reader, an agent or an operator, and every call is made as the database role
of just that: what a person may do is the database's to say.
"""
