"""A business on a node gets a new migration, changed routines and a changed flow, and goes on."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.fixtures.citus import OPTION
from tests.flows.quiz import ASKS, MOVES, STEP, quiz
from tests.nodes.conftest import made_business
from tests.payloads import envelope, text_message
from wa_webhook.flows.problems import list_problems
from wa_webhook.migrate import Migrator, StatementFailedError, find_db_folder, read_whole_source
from wa_webhook.migrate.files import Migration, SqlFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.nodes.conftest import Business
    from wa_webhook.migrate import Outcome, Source

MIGRATION = Migration(
    "migrations/20991231000000_visits.sql",
    """
alter table public.profiles add column visits integer not null default 0;
alter table public.profiles add constraint profiles_visits_range check (visits >= 0);
create index profiles_visits_idx on public.profiles (visits) where visits > 0;
create table wa.visits (
  id bigint generated always as identity,
  user_id uuid not null,
  visited_at timestamptz not null default now(),
  constraint visits_pkey primary key (id),
  constraint visits_user_id_fkey foreign key (user_id) references public.profiles (user_id)
    on delete cascade
);
alter table wa.visits enable row level security;
create policy visits_all on wa.visits to wa_runtime using (true) with check (true);
grant select, insert on wa.visits to wa_runtime;
""",
    "20991231000000",
    "visits",
)
ROUTINES = {
    "functions/note_visit.sql": """
create or replace function wa.note_visit() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$ begin insert into wa.visits (user_id) values (new.user_id); return null; end $$;
create or replace trigger profiles_note_visit
after insert on public.profiles for each row execute function wa.note_visit();
""",
    "functions/count_visits.sql": """
create or replace function public.count_visits() returns bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$ begin return (select count(*) from wa.visits); end $$;
alter function public.count_visits owner to wa_runtime;
grant execute on function public.count_visits to wa_operator_role;
""",
}
QUESTION = "Ready now?"


def with_quiz(steps: Mapping[str, str], flow: dict[str, Any]) -> Source:
    source = read_whole_source(find_db_folder())
    routines = tuple(
        SqlFile(f"flows/quiz/steps/step_{name}.sql", STEP.format(name=name, body=body))
        for name, body in steps.items()
    )
    declaration = f"call wa.declare_flow('quiz', $${json.dumps(flow)}$$);"
    return replace(
        source,
        routines=(*source.routines, *routines),
        declarations=(*source.declarations, SqlFile("flows/quiz/flow.sql", declaration)),
    )


def with_one_state(asks: dict[str, str]) -> Source:
    """Return a newer source, in which the state is gone that people are in."""
    flow = quiz()
    del flow["states"]["last"]
    flow["states"]["first"]["moves"] = ["home"]
    flow["texts"]["ask"] = asks
    source = with_quiz({"quiz_first": ASKS}, flow)
    return replace(
        source,
        migrations=(*source.migrations, MIGRATION),
        routines=(*source.routines, *(SqlFile(path, text) for path, text in ROUTINES.items())),
    )


def migrate(business: Business, source: Source) -> Outcome:
    with psycopg.connect(business.url, autocommit=True, prepare_threshold=None) as owner:
        outcome = Migrator(owner, source, names=business.names).run()
        assert [one for one in list_problems(owner, business.names) if one.is_error] == []
    return outcome


def say(business: Business, sender: str, port: int) -> None:
    business.ask(
        "select wa.wa_dispatch(%s, %s)",
        Jsonb(envelope(messages=[text_message("Quiz", sender=sender)])),
        Jsonb({}),
        role=business.names.edge_role,
        port=port,
    )


def test_an_upgrade_that_was_refused_and_mended_reaches_a_business_that_goes_on(
    request: pytest.FixtureRequest,
) -> None:
    older = with_quiz({"quiz_first": MOVES, "quiz_last": ASKS}, quiz())
    newer = with_one_state({"en": QUESTION, "fr": QUESTION})
    with made_business(request.config.getoption(OPTION), older) as business:
        known = {port: f"3460077700{digit}" for digit, port in enumerate(business.ports)}
        for port, sender in known.items():
            say(business, sender, port)
        there = "select count(*) from wa.chat_state where state = 'quiz_last'"
        with pytest.raises(StatementFailedError, match="more than 4096 characters"):
            migrate(business, with_one_state({"en": "?" * 5000, "fr": "?"}))
        assert business.ask(there, role="") == [(len(known),)]

        first, again = migrate(business, newer), migrate(business, newer)
        assert first.migrations == [MIGRATION.path]
        assert first.removed_routines == ("flows/quiz/steps/step_quiz_last.sql",)
        assert (again.migrations, again.routines) == ([], 0)
        for so_far, (port, sender) in enumerate(known.items(), start=1):
            say(business, sender, port)
            say(business, f"{sender}9", port)
            visits = business.ask(
                "select wa.count_visits()", role=business.names.operator_role, port=port
            )
            assert visits == [(so_far,)]
        asked = business.ask(
            "select count(*) from wa.notifications where payload::text like %s",
            f"%{QUESTION}%",
            role="",
        )
        assert asked == [(2 * len(known),)]
