"""The database as a PostgreSQL extension, made of the migrations."""

from wa_webhook.extension.build import Built, write_extension
from wa_webhook.extension.versions import Version, read_versions, record_version

__all__ = ["Built", "Version", "read_versions", "record_version", "write_extension"]
