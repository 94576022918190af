"""What PostgreSQL would refuse of a routine's body once it runs, found before it does.

A body is compiled without a look at the tables and functions that it names. Here each of its
statements and expressions is prepared, which analyses it and executes nothing. What cannot be known
before it runs is left out: no alarm is false.
"""

from wa_webhook.bodies.check import Mistake, find_mistakes

__all__ = ["Mistake", "find_mistakes"]
