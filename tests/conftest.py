"""Fixtures of every test: real servers, one database a test, a connection for each role.

Tests that use a database run on every PostgreSQL version in use (`--postgres`). Tests that need a
program which this machine lacks are left out by name (`tests.fixtures.machine.requires`).
"""

from __future__ import annotations

from httpx._config import DEFAULT_TIMEOUT_CONFIG

from wa_webhook.cli import progress

# What commands print does not depend on how busy the machine is.
progress.EVERY_SECONDS = 3600.0
# Nor is what a test asks given up for that: whatever the product asks has a time of its own.
DEFAULT_TIMEOUT_CONFIG.connect = DEFAULT_TIMEOUT_CONFIG.read = 60.0

pytest_plugins = [
    "pytester",
    "tests.fixtures.garbage",
    "tests.fixtures.certificates",
    "tests.fixtures.folder",
    "tests.fixtures.machine",
    "tests.fixtures.names",
    "tests.fixtures.citus",
    "tests.fixtures.documents",
    "tests.fixtures.servers",
    "tests.fixtures.postgres",
    "tests.fixtures.counts",
    "tests.fixtures.transport",
    "tests.fixtures.browser",
    "tests.fixtures.chat",
    "tests.fixtures.thorough",
]
