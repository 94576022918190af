"""How a person runs one of the scripts under db/roles with the names in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wa_webhook.naming.names import Names


def run_role_script(script: str, names: Names) -> str:
    """Return the command; the scripts have the default names, and others are put in on the way."""
    path = f"db/roles/{script}"
    if names.are_default:
        return f'psql "$ADMIN_DATABASE_URL" -f {path}'
    return f'wa-webhook rewrite {path} | psql "$ADMIN_DATABASE_URL" -f -'
