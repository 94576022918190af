"""Servers that have the extension's files too, so that every road can be gone."""

from tests.extension.conftest import installation as installation
from tests.extension.conftest import postgres_server as postgres_server
