"""What the outbox loses or repeats while everything around it fails.

Worker processes are killed with SIGKILL, and PostgreSQL is restarted and crashed, at random
moments, while the stand-in for the Graph API refuses, delays, cuts connections after accepting,
answers after the time-out, and reports statuses twice, in the wrong order or before its answer.
"""

from bench.fault.plan import QUICK, Plan
from bench.fault.run import FaultRun

__all__ = ["QUICK", "FaultRun", "Plan"]
