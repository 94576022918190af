"""The businesses of one process: a file names them, and says what differs from the environment."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FilePath,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from handler.process.environment import (
    ProcessSettings,
    SettingsError,
    SettingsT,
    lines_of,
    load_settings,
)

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
MetaId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,32}$")]


class BusinessesSettings(ProcessSettings):
    """Where the businesses are named; without a file there is one, and the environment is its."""

    wa_businesses_file: FilePath | None = None


@dataclass(frozen=True, eq=False)
class Business(Generic[SettingsT]):
    """One of them: its name, its ids at Meta where it shares an app, and its settings.

    The one that needs no file has no name: neither its log nor its metrics say whose they are.
    """

    name: str
    ids: frozenset[str]
    settings: SettingsT

    @property
    def path(self) -> str:
        """Where Meta posts for it: a path of its own, unless it shares an app with others."""
        return f"/webhook/{self.name}" if self.name and not self.ids else "/webhook"


class _Variables(BaseModel):
    """What a business may have values of its own for; all else is the process's."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    WA_DATABASE_URL: str | None = None
    WA_DATABASE_SCHEMA: str | None = None
    WA_DATABASE_POOL_SIZE: int | None = None
    SUPABASE_URL: str | None = None
    WA_SUPABASE_SERVICE_ROLE_KEY: str | None = None
    WA_SUPABASE_PUBLISHABLE_KEY: str | None = None
    WA_APP_SECRET: str | None = None
    WA_VERIFY_TOKEN: str | None = None
    WA_TOKEN: str | None = None
    WA_PHONE_ID: str | None = None
    WA_LISTEN_DATABASE_URL: str | None = None
    WA_NOTIFY_CONCURRENCY: int | None = None
    WA_MEDIA_FOLDER: str | None = None
    WA_MEDIA_STORE: str | None = None
    WA_MEDIA_S3_ACCESS_KEY_ID: str | None = None
    WA_MEDIA_S3_SECRET_ACCESS_KEY: str | None = None

    def given(self) -> dict[str, Any]:
        """Return the variables that have a value, by their fields."""
        mine = self.model_dump(exclude_none=True, include=set(_Variables.model_fields))
        return {name.lower(): value for name, value in mine.items()}


class _Section(_Variables):
    """A business in the file; what is in the section of a process is for that one alone."""

    ids: frozenset[MetaId] = frozenset()
    serve: _Variables = _Variables()
    notify: _Variables = _Variables()

    @model_validator(mode="after")
    def _who_shares_an_app_has_none_of_its_own(self) -> Self:
        own = {"wa_app_secret", "wa_verify_token"} & (self.given() | self.serve.given()).keys()
        if self.ids and own:
            raise ValueError("has ids, for the app of all, and WA_APP_SECRET or WA_VERIFY_TOKEN")
        return self


_Sections = TypeAdapter(
    Annotated[dict[Name, _Section], Field(min_length=1, max_length=100)],
    config=ConfigDict(hide_input_in_errors=True),
)


def load_businesses(settings_class: type[SettingsT], process: str) -> Sequence[Business[SettingsT]]:
    """Read the settings of a process once for each business, in the order of the file.

    Raises SettingsError, with one line for each thing that is missing or wrong and without values.
    """
    path = load_settings(BusinessesSettings).wa_businesses_file
    if path is None:
        return [Business("", frozenset(), load_settings(settings_class))]
    try:
        sections = _Sections.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise SettingsError(
            "\n".join(f"WA_BUSINESSES_FILE: {line}" for line in lines_of(error))
        ) from None
    except (OSError, ValueError) as error:
        # What a parser quotes may be a secret.
        raise SettingsError(
            f"WA_BUSINESSES_FILE: cannot be read ({type(error).__name__})"
        ) from None
    businesses, problems = [], []
    for name, section in sections.items():
        try:
            given = section.given() | getattr(section, process).given()
            businesses.append(Business(name, section.ids, load_settings(settings_class, given)))
        except SettingsError as error:
            problems += [f"{name}: {line}" for line in str(error).splitlines()]
    problems += _shared(businesses)
    if problems:
        raise SettingsError("\n".join(problems))
    return businesses


_ALONE = {
    "database and schema": ("wa_database_url", "supabase_url", "wa_database_schema"),
    "WA_PHONE_ID": ("wa_phone_id",),
    "WA_MEDIA_FOLDER": ("wa_media_folder",),
    "WA_MEDIA_STORE": ("wa_media_store",),
}
"""What no two may have alike: one would take and send what is another's."""


def _shared(businesses: Sequence[Business[SettingsT]]) -> Iterator[str]:
    """Yield what two businesses have and only one may."""
    owners: dict[object, str] = {}
    for one in businesses:
        its: dict[str, object] = {f"id {own}": own for own in one.ids}
        for what, names in _ALONE.items():
            values = tuple(getattr(one.settings, name, None) for name in names)
            if any(values):
                its[what] = (what, *values)
        for what, it in its.items():
            if (other := owners.setdefault(it, one.name)) != one.name:
                yield f"{one.name}: has the {what} of {other}"
