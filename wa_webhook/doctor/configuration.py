"""The environment: every variable that a process reads, and those that nobody does."""

from __future__ import annotations

import difflib
import os
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from handler.process.businesses import BusinessesSettings, load_businesses
from handler.process.environment import AlertSettings, ProcessSettings, SettingsError, load_settings
from handler.settings import SnapshotSettings, SupabaseSettings, WebhookSettings
from wa_webhook.console.settings import ConsoleSettings
from wa_webhook.doctor.check import Check, fail, ok, warn
from wa_webhook.naming.names import NamesError
from wa_webhook.naming.settings import NamesSettings
from wa_webhook.notifier.settings import NotifierSettings
from wa_webhook.settings import BotSettings, DatabaseSettings, FlowSettings
from wa_webhook.worker.settings import WorkerSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_SEE_EXAMPLE = "Set it in the environment or in .env.local; .env.example says what it is for."
_NOT_SETTINGS = frozenset({"WA_ROLE_PASSWORD"})


class Process(StrEnum):
    """Who will run with this environment."""

    SERVE = "serve"
    NOTIFY = "notify"
    WORK = "work"
    OPERATOR = "operator"
    MIGRATE = "migrate"


_SETTINGS: Mapping[Process, tuple[type[ProcessSettings], ...]] = {
    Process.SERVE: (WebhookSettings,),
    Process.NOTIFY: (NotifierSettings,),
    Process.WORK: (WorkerSettings,),
    Process.OPERATOR: (DatabaseSettings,),
    Process.MIGRATE: (DatabaseSettings, BotSettings),
}
_OPTIONAL: tuple[type[ProcessSettings], ...] = (
    AlertSettings,
    BotSettings,
    FlowSettings,
    NamesSettings,
    SnapshotSettings,
    SupabaseSettings,
)


def check_configuration(process: Process) -> Iterator[Check]:
    """Look at every variable that the process reads."""
    problems = sorted(
        {
            line
            for settings_class in (*_SETTINGS[process], *_OPTIONAL)
            for line in _problems_of(settings_class, process)
        }
    )
    for line in problems:
        yield fail("configuration", line, _SEE_EXAMPLE)
    if not problems:
        yield ok("configuration", f"every variable that {process} needs is set and well-formed")
    yield from _unknown_variables(os.environ)
    if not problems:
        yield from _alerts(process)
        yield from _snapshots()


def _problems_of(settings_class: type[ProcessSettings], process: Process) -> list[str]:
    try:
        if issubclass(settings_class, BusinessesSettings):
            load_businesses(settings_class, process)
            return []
        settings = load_settings(settings_class)
        if isinstance(settings, NamesSettings):
            settings.names()
    except (SettingsError, NamesError) as error:
        return str(error).splitlines()
    return []


def _unknown_variables(environment: Mapping[str, str]) -> Iterator[Check]:
    classes: list[type[ProcessSettings]] = [
        ConsoleSettings,
        *_OPTIONAL,
        *(one for read in _SETTINGS.values() for one in read),
    ]
    known = {name.upper() for one in classes for name in one.model_fields} | _NOT_SETTINGS
    for name in sorted(environment):
        if name.startswith(("WA_", "ALERT_WEBHOOK_", "WHATSAPP_")) and name not in known:
            (*_, nearest) = difflib.get_close_matches(name, known, n=1) or [""]
            yield warn(
                "configuration",
                f"nobody reads {name}",
                f"Did you mean {nearest}?" if nearest else "Take it out.",
            )


def _alerts(process: Process) -> Iterator[Check]:
    url = load_settings(AlertSettings).alert_webhook_url
    if url is None:
        if process is Process.NOTIFY:
            yield warn(
                "alerts", "ALERT_WEBHOOK_URL is not set: nobody is told", "Set it for the notifier."
            )
        return
    parts = urlsplit(url.get_secret_value())
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        yield warn("alerts", "ALERT_WEBHOOK_URL is not encrypted", "Use its https address.")
    else:
        yield ok("alerts", f"alerts go to {parts.hostname}")


def _snapshots() -> Iterator[Check]:
    rate = load_settings(SnapshotSettings).snapshot_rate
    if rate:
        yield warn(
            "snapshots",
            f"masked copies of {rate:.2%} of the payloads are kept",
            "After debugging: WA_INBOUND_DEBUG_SNAPSHOT=false.",
        )
