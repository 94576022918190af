"""What each process counts, and what only the database knows, in Prometheus' format.

Labels take a few values that are known beforehand, and never a person's number, name or text.
"""

from handler.metrics.handler_metrics import HandlerMetrics
from handler.metrics.notifier_metrics import NotifierMetrics

__all__ = ["HandlerMetrics", "NotifierMetrics"]
