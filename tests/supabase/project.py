"""A team's own Supabase project: its migrations, and ours among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.fixtures.names import current_names
from wa_webhook.export import plan_export

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fixtures.postgres import Database
    from tests.supabase.conftest import SupabaseCli
    from wa_webhook.migrate import Source

BEFORE = """\
create table public.shops (
  id bigint generated always as identity primary key,
  name text not null
);

alter table public.shops enable row level security;
"""
AFTER = """\
alter table public.shops add column owner_id uuid references public.profiles (user_id);

create function public.greet(owner uuid) returns void language plpgsql set search_path = '' as $$
begin
  perform public.wa_notify(p.whatsapp_e164, '{"type": "text", "text": {"body": "Hello"}}')
  from public.profiles as p where p.user_id = greet.owner;
end
$$;

revoke all on function public.greet from public, anon, authenticated;
"""


@dataclass(frozen=True)
class Project:
    """The folder of migrations, what the CLI does with it, and the database that it is for."""

    cli: SupabaseCli
    database: Database

    @property
    def migrations(self) -> Path:
        """The folder that `supabase db push` reads."""
        return self.cli.project / "supabase" / "migrations"

    def write(self, name: str, sql: str) -> str:
        """Write a migration of the team's own; `name` is that of its file."""
        (self.migrations / name).write_text(sql)
        return name

    def export(self, source: Source) -> str:
        """Do what `wa-webhook export --to` does, and return the name of the file."""
        due = plan_export(source, current_names(), self.migrations, datetime.now(UTC))
        assert due
        (self.migrations / due.file_name).write_text(due.text(), newline="")
        return due.file_name

    def push(self) -> list[str]:
        """Push, and return the names of the migrations that were applied."""
        return self.cli.push(self.database)

    def is_pushed(self) -> bool:
        """Whether the CLI has nothing to push, and knows every version here and there."""
        up_to_date: bool = self.cli.run(self.database, "db", "push")["upToDate"]
        return up_to_date and all(
            here == there for here, there in self.cli.list_migrations(self.database)
        )
