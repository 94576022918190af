"""What every process has: its environment, logs, metrics, and the alerts that are its own."""
