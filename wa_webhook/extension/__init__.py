"""The database as a PostgreSQL extension, made of the migrations and routines."""

from wa_webhook.extension.build import Built, write_extension
from wa_webhook.extension.versions import read_versions, record_version

__all__ = ["Built", "read_versions", "record_version", "write_extension"]
