"""All checks, in the order in which one depends on another."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from handler.process.environment import SettingsError, load_settings
from handler.settings import SigningSettings, VerificationSettings
from wa_webhook.doctor.check import Check, Outcome, skip
from wa_webhook.doctor.configuration import Process, check_configuration
from wa_webhook.doctor.console import check_desk
from wa_webhook.doctor.database import examine_database
from wa_webhook.doctor.media import check_reading, check_store
from wa_webhook.doctor.meta import examine_secrets
from wa_webhook.doctor.network import check_graph, check_webhook
from wa_webhook.doctor.worker import check_answers, check_functions
from wa_webhook.naming.names import NamesError
from wa_webhook.naming.settings import NamesSettings
from wa_webhook.operations.graph import GraphApi
from wa_webhook.settings import AccountSettings, DatabaseSettings, GraphSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


def examine(process: Process | None, url: str | None) -> tuple[Process, list[Check]]:
    """Return whose environment was examined (guessed from the role, when None) and every finding.

    `url` is the webhook's public address, None to leave it alone.
    """
    try:
        settings = load_settings(DatabaseSettings)
        names = load_settings(NamesSettings).names()
    except (SettingsError, NamesError):
        process = process or Process.SERVE
        in_database = [skip("database", "not asked", "Mend the configuration first.")]
    else:
        process, in_database = examine_database(settings, names, process)
    is_worker = process is Process.WORK
    return process, [
        *check_configuration(process),
        *in_database,
        *_graph(process),
        *((_secret(),) if process is Process.SERVE else ()),
        *_webhook(url),
        *check_desk(),
        *(check_store() if process in (Process.WORK, Process.NOTIFY) else ()),
        *((*check_functions(), *check_reading(), *check_answers()) if is_worker else ()),
    ]


def is_well(checks: list[Check]) -> bool:
    """Whether nothing failed; warnings are for a person to weigh."""
    return all(check.outcome is not Outcome.FAIL for check in checks)


def _graph(process: Process) -> Iterator[Check]:
    try:
        settings = load_settings(GraphSettings)
    except SettingsError:
        mend = "Set WA_TOKEN and WA_PHONE_ID." if process is Process.NOTIFY else ""
        yield skip("graph", "WA_TOKEN and WA_PHONE_ID are not both set", mend)
        return
    yield from check_graph(
        settings.whatsapp_api_base_url,
        settings.wa_token.get_secret_value(),
        settings.wa_phone_id,
    )


def _secret() -> Check:
    try:
        app_secrets = load_settings(SigningSettings).app_secrets
        account = load_settings(AccountSettings)
    except SettingsError:
        return skip(
            "secret",
            "WA_APP_SECRET is not compared with Meta's",
            "Set WA_TOKEN beside it for this call: a token of the app whose webhooks come here.",
        )

    async def compare() -> Check:
        base_url, token = account.whatsapp_api_base_url, account.wa_token.get_secret_value()
        async with GraphApi(base_url, token) as graph:
            return await examine_secrets(graph, [one.decode() for one in app_secrets])

    return asyncio.run(compare())


def _webhook(url: str | None) -> Iterator[Check]:
    if url is None:
        yield skip("webhook", "not called", "Give its address: --url https://<host>/webhook.")
        return
    try:
        token = load_settings(VerificationSettings).wa_verify_token.get_secret_value()
    except SettingsError:
        yield skip("webhook", "not called", "Set WA_VERIFY_TOKEN.")
        return
    yield from check_webhook(url, token)
