"""A business on a node of a Citus cluster that somebody runs: `pytest tests/nodes --citus URL`."""
