"""The file that says which businesses a process is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handler.process.businesses import load_businesses
from handler.process.environment import SettingsError
from handler.settings import WebhookSettings
from tests.docs.code_blocks import find_code_blocks
from tests.fixtures.names import about_default_names
from tests.names.conftest import SHARED
from tests.notifier.conftest import TOKEN
from wa_webhook.notifier.settings import NotifierSettings

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.any_server,
    about_default_names("is about businesses beside the default names"),
]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "WA_BUSINESSES_FILE: Dictionary should have at least 1 item after validation, not 0"),
        ("[acme\nhunter2", "WA_BUSINESSES_FILE: cannot be read (TOMLDecodeError)"),
        ("[acme]\nWA_PORT = 1", "WA_BUSINESSES_FILE: acme.WA_PORT: Extra inputs are not permitted"),
        (
            "[acme]\nids = ['1']\nWA_APP_SECRET = 'hunter2'",
            "WA_BUSINESSES_FILE: acme: has ids, for the app of all,"
            " and WA_APP_SECRET or WA_VERIFY_TOKEN",
        ),
        (
            "[acme.serve]\nWA_DATABASE_URL = 'postgresql://u:hunter2@host:x/db'",
            "acme: WA_DATABASE_URL: has a port that is no number",
        ),
        ("[acme]\n[beta]", "beta: has the database and schema of acme"),
        (
            "[acme]\nids = ['1']\n[beta]\nids = ['1']\nWA_DATABASE_SCHEMA = 'beta'",
            "beta: has the id 1 of acme",
        ),
    ],
)
def test_what_is_wrong_in_the_file_is_told_by_business_and_key_and_without_its_value(
    write_businesses: Callable[[str], object], text: str, told: str
) -> None:
    write_businesses(text)
    with pytest.raises(SettingsError) as raised:
        load_businesses(WebhookSettings, "serve")
    assert str(raised.value) == told


def test_the_documented_file_is_read_by_each_process_for_itself(
    write_businesses: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    (documented,) = find_code_blocks("docs/install/names.md", "toml")
    write_businesses(documented.code)
    acme, bolt = load_businesses(WebhookSettings, "serve")
    assert (acme.settings.app_secrets, bolt.settings.app_secrets) == (
        (SHARED.encode(),),
        (b"\xe2\x80\xa6",),
    )
    assert [one.settings.wa_database_schema for one in (acme, bolt)] == ["acme", "bolt"]
    assert [one.path for one in (acme, bolt)] == ["/webhook", "/webhook/bolt"]
    monkeypatch.setenv("WA_TOKEN", TOKEN)
    senders = load_businesses(NotifierSettings, "notify")
    for one, role in ((acme, "acme_edge_role"), (senders[0], "acme_notifier_role")):
        assert role in str(one.settings.model_dump()["wa_database_url"].get_secret_value())
    monkeypatch.setenv("WA_PHONE_ID", "1")
    write_businesses(documented.code.replace("WA_PHONE_ID", "# "))
    with pytest.raises(SettingsError, match="bolt: has the WA_PHONE_ID of acme"):
        load_businesses(NotifierSettings, "notify")
