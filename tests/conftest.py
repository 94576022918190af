"""Fixtures of every test: real servers, one database a test, a connection for each role.

Tests that use a database run on every PostgreSQL version in use (`--postgres`).
"""

from __future__ import annotations

pytest_plugins = ["tests.fixtures.postgres", "tests.fixtures.chat"]
