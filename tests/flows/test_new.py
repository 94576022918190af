"""A flow that `wa-webhook flows new` begins: it works at once, or nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from tests.fixtures.offered import SHIPPED as SOURCE
from wa_webhook.cli import app
from wa_webhook.scaffold import ScaffoldError, make_flow
from wa_webhook.scaffold.names import check_name
from wa_webhook.testing import Chat

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow
    from typer.testing import Result

    from tests.fixtures.postgres import Database

pytestmark = pytest.mark.any_server


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def new(name: str, *options: str) -> Result:
    return run("flows", "new", name, *options)


def test_a_new_flow_is_migrated_without_complaint_and_asks_its_question(
    bare_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WA_FLOWS", "flows")
    # As long as a name may be, and longer than a row of the menu shows.
    name = "an_opinion_about_our_breakfast"
    assert new(name, "--table").exit_code == 0
    url = ["--database-url", bare_database.url()]
    migrated = run("migrate", *url)
    assert (migrated.exit_code, migrated.stderr) == (0, ""), migrated.output
    assert run("flows", "check", *url).output == "every flow holds together\n"
    with Chat.open(bare_database.url) as chat:
        ana = chat.person("Ana")
        asked = ana.says("An opinion about our breakfast!")
        assert asked == ["Is this your first time here?\n[Yes] [No]"]
        noted, menu = ana.taps("No")
        assert noted == "Thank you, noted: No."
        assert "- An opinion about our br" in menu


def test_a_flow_is_written_where_the_settings_or_the_option_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WA_FLOWS", "conversations")
    assert "wrote conversations/survey/flow.sql" in new("survey").output
    assert "wrote elsewhere/survey/flow.sql" in new("survey", "--to", "elsewhere").output
    assert not Path("flows").exists()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Survey", "'Survey' is no name of a flow"),
        ("../survey", "is no name of a flow"),
        ("a_name_of_more_than_30_characters", "is no name of a flow"),
        ("wa_survey", "this name is reserved"),
        ("home", "this name is reserved"),
        ("help", "this name is reserved"),
        ("basket", "there is the flow baskets, whose names begin with basket"),
        ("hello", '"hello" leads to the flow home'),
        ("my_baskets", '"my baskets" leads to the flow baskets'),
        ("stop", '"stop" is how people stop'),
        ("queue", "the table wa.queue_state would be taken for its own"),
    ],
)
def test_a_name_that_would_not_work_is_refused(name: str, reason: str) -> None:
    with pytest.raises(ScaffoldError, match=reason):
        check_name(name, SOURCE)


def test_nothing_is_written_for_a_name_that_is_refused() -> None:
    refused = new("hello")
    assert refused.exit_code == 1
    assert refused.stderr == 'a flow cannot be named hello: "hello" leads to the flow home\n'
    assert list(Path().iterdir()) == []


def test_a_word_of_the_teams_own_flows_is_refused_as_people_write_it() -> None:
    make_flow("survey", Path("flows"))
    declaration = Path("flows/survey/flow.sql")
    declaration.write_text(declaration.read_text().replace('["survey"]', '["Ça va ?"]'))
    assert '"ca va" leads to the flow survey' in new("ca_va").stderr
    assert [path.name for path in Path("flows").iterdir()] == ["survey"]


def test_a_folder_that_is_there_stays_as_it_is() -> None:
    Path("flows").mkdir()
    Path("flows/survey").write_text("notes")
    refused = new("survey")
    assert refused.exit_code == 1
    assert "flows/survey is there already, and stays as it is" in refused.stderr
    assert Path("flows/survey").read_text() == "notes"
    assert "flows/survey/visit: Not a directory" in new("visit", "--to", "flows/survey").stderr


def test_every_word_that_a_database_understands_already_is_refused(
    connection: Connection[DictRow],
) -> None:
    understood = connection.execute(
        """
        select value as word from wa.flow_entries where kind = 'keyword'
        union
        select word from wa.consent_words
        """
    ).fetchall()
    names = [row["word"].replace(" ", "_") for row in understood]
    assert "desabonnez_moi" in names
    for name in names:
        with pytest.raises(ScaffoldError):
            check_name(name, SOURCE)


def test_every_name_that_a_declaration_may_not_have_is_refused(
    connection: Connection[DictRow],
) -> None:
    refused = connection.execute(
        """
        with candidate as (
          select split_part(text.key, '.', 1) as name from wa.texts as text
          union
          select word[1]
          from pg_proc as routine
          cross join lateral regexp_matches(routine.prosrc, '''([a-z]+)''', 'g') as word
          where routine.proname = 'find_declaration_mistakes'
        )
        select candidate.name
        from candidate
        cross join lateral unnest(wa.find_declaration_mistakes(candidate.name, '{}')) as mistake
        where mistake ~ 'is reserved|is that of the flow'
        """
    ).fetchall()
    names = [row["name"] for row in refused]
    assert {"answer", "error", "help", "basket"} <= set(names)
    for name in names:
        with pytest.raises(ScaffoldError):
            check_name(name, SOURCE)
