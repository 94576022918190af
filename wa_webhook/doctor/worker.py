"""What a worker does, and where services answer later: its port, and the URL that leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from handler.process.environment import SettingsError, load_settings
from handler.process.listening import PortRefusedError, bind
from wa_webhook.doctor.check import Check, fail, ok, skip, warn
from wa_webhook.doctor.configuration import LOOPBACK
from wa_webhook.doctor.network import TIMEOUT_SECONDS
from wa_webhook.media.settings import ExtraMissingError
from wa_webhook.worker.answers import UNSIGNED
from wa_webhook.worker.process import functions_of
from wa_webhook.worker.registry import RegistryError
from wa_webhook.worker.settings import WorkerSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = "answers"


def check_functions() -> Iterator[Check]:
    """Import what the worker would, and say which kinds it does."""
    try:
        kinds = [one.kind for one in functions_of(load_settings(WorkerSettings))]
    except SettingsError:
        # The configuration was found wrong before.
        return
    except (ExtraMissingError, RegistryError) as error:
        yield fail(
            "tasks",
            str(error),
            "See docs/build/tasks.md: what a worker does, and where it finds it.",
        )
    else:
        yield ok("tasks", f"it does {', '.join(kinds)}")


def check_answers() -> Iterator[Check]:
    """Take the port or find a worker on it, and ask whether the URL leads there.

    Nothing where no service does a kind.
    """
    try:
        settings = load_settings(WorkerSettings)
    except SettingsError:
        # The configuration was found wrong before.
        return
    url, port = settings.wa_work_answer_url, settings.wa_work_answer_port
    if url is None:
        if settings.services:
            yield skip(
                _NAME,
                "services answer at once",
                "Where one is to answer later: WA_WORK_ANSWER_URL.",
            )
        return
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        yield warn(_NAME, "WA_WORK_ANSWER_URL is not encrypted", "Give services its https address.")
    if port is None:
        yield ok(_NAME, f"services answer at {url}, where another worker hears them")
    elif (problem := _problem_of(settings.wa_work_answer_host, port)) is not None:
        yield problem
        return
    yield _judge_url(url)


def _problem_of(host: str, port: int) -> Check | None:
    try:
        bind(host, port, "later answers", "WA_WORK_ANSWER_PORT").close()
    except PortRefusedError as error:
        place = f"[{host}]" if ":" in host else host
        if not _leads_to_a_worker(f"http://{place}:{port}/", by_proxy=False):
            return fail(_NAME, str(error), "See WA_WORK_ANSWER_PORT and WA_WORK_ANSWER_HOST.")
    return None


def _judge_url(url: str) -> Check:
    if _leads_to_a_worker(url):
        return ok(_NAME, f"services answer at {url}, and a worker hears them")
    return skip(
        _NAME,
        f"services answer at {url}, where no worker hears them now",
        "Run wa-webhook work, and this again: the address must lead to WA_WORK_ANSWER_PORT.",
    )


def _leads_to_a_worker(url: str, *, by_proxy: bool = True) -> bool:
    """Tell by how a worker refuses what nobody has signed."""
    try:
        answer = httpx.post(url, timeout=TIMEOUT_SECONDS, trust_env=by_proxy)
        return answer.status_code == httpx.codes.UNAUTHORIZED and answer.json() == UNSIGNED
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return False
