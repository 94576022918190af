"""Each process asks for what it needs, and says by name what is missing."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from handler.process.environment import SettingsError, load_settings
from handler.settings import SigningSettings, WebhookSettings
from wa_webhook.notifier.settings import NotifierSettings

Environment = Callable[[Mapping[str, str]], None]
WEBHOOK = {
    "WA_DATABASE_URL": "postgresql://wa_edge_role:hunter2@localhost/wa",
    "WA_APP_SECRET": "hunter2",
    "WA_VERIFY_TOKEN": "hunter2",
}
NOTIFIER = {
    "WA_DATABASE_URL": "postgresql://wa_notifier_role:hunter2@localhost/wa",
    "WA_TOKEN": "hunter2",
    "WA_PHONE_ID": "106540352242922",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Environment:
    """Set exactly these variables; `.env` files are read from an empty folder."""
    monkeypatch.chdir(tmp_path)
    for field in {**WebhookSettings.model_fields, **NotifierSettings.model_fields}:
        monkeypatch.delenv(field.upper(), raising=False)

    def set_variables(variables: Mapping[str, str]) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_variables


@pytest.mark.usefixtures("environment")
def test_the_webhook_needs_secret_token_and_database() -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings(WebhookSettings)
    assert sorted(str(raised.value).splitlines()) == [
        "WA_APP_SECRET: is not set",
        "WA_DATABASE_URL: is not set, nor are SUPABASE_URL and WA_SUPABASE_SERVICE_ROLE_KEY",
        "WA_VERIFY_TOKEN: is not set",
    ]


def test_the_notifier_needs_no_app_secret(environment: Environment) -> None:
    environment(NOTIFIER)
    assert load_settings(NotifierSettings).whatsapp_api_base_url == (
        "https://graph.facebook.com/v26.0"
    )


def test_the_address_of_meta_has_a_version(environment: Environment) -> None:
    environment(NOTIFIER | {"WHATSAPP_API_BASE_URL": "https://graph.facebook.com/"})
    with pytest.raises(SettingsError) as raised:
        load_settings(NotifierSettings)
    assert str(raised.value) == (
        "WHATSAPP_API_BASE_URL: holds host and version, such as https://graph.facebook.com/v26.0"
    )


def test_defaults_are_those_of_the_runbook(environment: Environment) -> None:
    environment(WEBHOOK)
    settings = load_settings(WebhookSettings)
    assert settings.wa_webhook_max_bytes == 3 * 1024 * 1024
    assert settings.wa_inbound_log_sample_rate == 0
    assert settings.wa_inbound_debug_snapshot is False


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WA_DATABASE_URL", "hunter2 is no connection string"),
        ("WA_DATABASE_URL", "postgresql://u:hunter2@host/db?nonsense=1"),
        ("WA_APP_SECRET", " , "),
        ("WA_WEBHOOK_MAX_BYTES", "hunter2"),
        ("WA_INBOUND_LOG_SAMPLE_RATE", "1.5"),
        ("WA_INBOUND_DEBUG_SNAPSHOT", "hunter2"),
        ("WA_DATABASE_SCHEMA", "public; hunter2"),
        ("SUPABASE_URL", "hunter2"),
    ],
)
def test_a_wrong_value_is_named_and_not_echoed(
    environment: Environment, variable: str, value: str
) -> None:
    environment(WEBHOOK | {variable: value})
    with pytest.raises(SettingsError) as raised:
        load_settings(WebhookSettings)
    assert str(raised.value).startswith(f"{variable}: ")
    assert len(str(raised.value).splitlines()) == 1
    assert "hunter2" not in str(raised.value)


def test_several_app_secrets_are_separated_by_commas(environment: Environment) -> None:
    environment({"WA_APP_SECRET": "new, old ,"})
    assert load_settings(SigningSettings).app_secrets == (b"new", b"old")


def test_the_environment_wins_over_env_local_over_env_production_local(
    environment: Environment, tmp_path: Path
) -> None:
    production, local = tmp_path / ".env.production.local", tmp_path / ".env.local"
    production.write_text("WA_APP_SECRET=production\nSOMETHING_ELSE=1\n")
    assert load_settings(SigningSettings).app_secrets == (b"production",)
    local.write_text("WA_APP_SECRET=local\n")
    assert load_settings(SigningSettings).app_secrets == (b"local",)
    environment({"WA_APP_SECRET": "environment"})
    assert load_settings(SigningSettings).app_secrets == (b"environment",)


def test_an_empty_variable_counts_as_not_set(environment: Environment) -> None:
    environment({"WA_APP_SECRET": ""})
    with pytest.raises(SettingsError, match="WA_APP_SECRET: is not set"):
        load_settings(SigningSettings)


def test_snapshots_need_both_the_switch_and_a_rate(environment: Environment) -> None:
    environment(WEBHOOK | {"WA_INBOUND_LOG_SAMPLE_RATE": "0.5"})
    assert load_settings(WebhookSettings).snapshot_rate == 0
    environment({"WA_INBOUND_DEBUG_SNAPSHOT": "true"})
    assert load_settings(WebhookSettings).snapshot_rate == 0.5


def test_printed_settings_show_no_secret(environment: Environment) -> None:
    environment(WEBHOOK)
    assert "hunter2" not in repr(load_settings(WebhookSettings))


def test_env_example_names_every_variable() -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text()
    named = {line.split("=")[0].lstrip("# ") for line in example.splitlines() if "=" in line}
    fields = {**WebhookSettings.model_fields, **NotifierSettings.model_fields}
    assert {field.upper() for field in fields} <= named
