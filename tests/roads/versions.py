"""Two versions of the project that differ in everything a version may bring.

The later one is today's with a routine, a type and a table more; the earlier one has routines that
are gone in the later, that take something else there, or that say something else.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wa_webhook.migrate import find_db_folder, read_source

if TYPE_CHECKING:
    from pathlib import Path

    from wa_webhook.migrate import Source

ROUTINE = """\
create or replace function wa.version_{name}({parameters})
returns {result}
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  return {value};
end
$$;

comment on function wa.version_{name} is 'For a test: {value}.';
"""
TRIGGER = """
create or replace trigger version_warns
before insert on wa.version_orders for each row execute function wa.version_warns();
"""
OWNED = """
alter function wa.version_owned owner to wa_runtime;

grant execute on function wa.version_owned to {role};
"""

EARLIER_MIGRATION = """\
create table wa.version_orders (
  id bigint generated always as identity,
  constraint version_orders_pkey primary key (id)
);

create type wa.version_pair as (first text, second text);
"""
LATER_MIGRATION = """\
drop trigger if exists version_warns on wa.version_orders;

drop type wa.version_pair;

create type wa.version_triple as (first text, second text, third text);

alter table wa.version_orders add column title text not null;

insert into wa.version_orders (title) values ('the first');

insert into wa.settings (key, value, description) values ('version_days', '3', 'For a test.');
"""


def routine(name: str, value: str, parameters: str = "", result: str = "integer") -> str:
    return ROUTINE.format(name=name, value=value, parameters=parameters, result=result)


EARLIER = {
    "migrations/20980101000000_version_orders.sql": EARLIER_MIGRATION,
    "functions/base/version_gone.sql": routine("gone", "1"),
    "functions/base/version_says.sql": routine("says", "1"),
    "functions/base/version_stays.sql": routine("stays", "1"),
    "functions/base/version_takes.sql": routine("takes", "1", "p_pair wa.version_pair"),
    "functions/base/version_returns.sql": routine("returns", "1"),
    "functions/base/version_warns.sql": routine("warns", "new", result="trigger") + TRIGGER,
    "functions/base/version_moves.sql": routine("moves", "1"),
    "functions/base/version_owned.sql": routine("owned", "1")
    + OWNED.format(role="wa_operator_role"),
}
LATER = {
    "migrations/20980101000000_version_orders.sql": EARLIER_MIGRATION,
    "migrations/20980201000000_version_titles.sql": LATER_MIGRATION,
    "functions/base/version_new.sql": routine("new", "2"),
    "functions/base/version_says.sql": routine("says", "2"),
    "functions/base/version_stays.sql": routine("stays", "1"),
    "functions/base/version_takes.sql": routine("takes", "2", "p_triple wa.version_triple"),
    "functions/base/version_returns.sql": routine("returns", "2", result="bigint"),
    "functions/chats/version_moves.sql": routine("moves", "1"),
    "functions/base/version_owned.sql": routine("owned", "1")
    + OWNED.format(role="wa_notifier_role"),
}


@dataclass(frozen=True)
class Version:
    """A db/ folder."""

    folder: Path

    def source(self) -> Source:
        """Read the folder as it is now."""
        return read_source(self.folder)

    def write(self, path: str, text: str) -> None:
        """Write a file below the folder."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def write_earlier(folder: Path) -> Version:
    """Write the earlier version's db/ to `folder`."""
    shutil.copytree(find_db_folder(), folder)
    version = Version(folder)
    for path, text in EARLIER.items():
        version.write(path, text)
    return version


def make_later(version: Version) -> None:
    """Change the earlier version's folder into the later one's."""
    for path in EARLIER:
        (version.folder / path).unlink()
    for path, text in LATER.items():
        version.write(path, text)


def write_later(folder: Path) -> Version:
    """Write the later version's db/ to `folder`."""
    version = write_earlier(folder)
    make_later(version)
    return version
