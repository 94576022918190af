"""Fixtures of every test: real servers, one database a test, a connection for each role.

Tests that use a database run on every PostgreSQL version in use (`--postgres`). Tests that need a
program which this machine lacks are left out by name (`tests.fixtures.machine.requires`).
"""

from __future__ import annotations

pytest_plugins = [
    "pytester",
    "tests.fixtures.folder",
    "tests.fixtures.machine",
    "tests.fixtures.documents",
    "tests.fixtures.names",
    "tests.fixtures.postgres",
    "tests.fixtures.transport",
    "tests.fixtures.chat",
    "tests.fixtures.counts",
]
