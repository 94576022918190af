"""What outbox and tasks lose or repeat while everything around them fails.

Worker processes are killed with SIGKILL, and PostgreSQL is restarted and crashed, at random
moments.
"""
