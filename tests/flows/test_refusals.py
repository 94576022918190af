"""A flow that does not hold together is told by file and line, once for each cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from typer.testing import CliRunner

from tests.docs.code_blocks import write_files
from tests.docs.test_adding_a_flow import DOCUMENT
from tests.fixtures.names import with_default_names
from wa_webhook.cli import app
from wa_webhook.migrate import Migrator, StatementFailedError, find_db_folder, read_source

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fixtures.postgres import Database

pytestmark = pytest.mark.any_server

FLOW = "flows/feedback/flow.sql"
RATING = "flows/feedback/steps/step_feedback_rating.sql"
COMMENT = "flows/feedback/steps/step_feedback_comment.sql"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where the folder of flows lies that holds the one of docs/build/adding-a-flow.md."""
    write_files(DOCUMENT, tmp_path)
    return tmp_path


def migrate(database: Database, root: Path) -> None:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        Migrator(connection, read_source(find_db_folder(), flows=root / "flows")).run()


def refusal(database: Database, root: Path, *changes: tuple[str, str, str]) -> list[str]:
    """Return what is told of the flow with these words of files changed, and change them back."""
    before = {path: (root / path).read_text() for path, _, _ in changes}
    for path, old, new in changes:
        text = (root / path).read_text()
        assert old in text
        (root / path).write_text(text.replace(old, new))
    with pytest.raises(StatementFailedError) as error:
        migrate(database, root)
    for path, text in before.items():
        (root / path).write_text(text)
    told = with_default_names(str(error.value)).splitlines()
    assert told[0] == f"{FLOW}: the flow feedback does not hold together:"
    return [line.removeprefix("- ") for line in told if line.startswith("- ")]


def test_one_wrong_name_is_one_mistake_and_the_right_one_is_told(
    database: Database, root: Path
) -> None:
    assert refusal(database, root, (FLOW, '["comment"]', '["coment"]')) == [
        f"{FLOW}, line 4: feedback_rating moves to coment, which is no state; did you mean comment?"
    ]
    assert refusal(database, root, (FLOW, '"comment": {', '"coment": {')) == [
        f"{FLOW}, line 5: feedback_coment has no step: there is no function"
        " wa.step_feedback_coment(wa.chat) returns wa.step_result; did you mean comment?"
    ]
    assert refusal(database, root, (FLOW, '"back": "rating"', '"back": "ratng"')) == [
        f"{FLOW}, line 5: feedback_comment leads back to ratng, which is no state;"
        " did you mean rating?"
    ]
    assert refusal(
        database, root, (FLOW, '"menu_title"}', '"title"}'), (RATING, "{good,bad}", "{good,baad}")
    ) == [
        f"{RATING}, line 4: step_feedback_rating says feedback.baad, which is no text;"
        " did you mean bad?",
        f"{FLOW}, line 8: the menu row menu.feedback_rating shows feedback.title, which is no text;"
        " did you mean menu_title?",
    ]
    assert refusal(database, root, (COMMENT, "'thanks'", "'farewell'")) == [
        f"{COMMENT}, line 13: step_feedback_comment says feedback.farewell, which is no text;"
        " there are menu_title, ask_rating, good, bad, ask_comment, thanks"
    ]


def test_what_a_step_would_fail_at_is_refused_and_told_with_the_rest(
    database: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = (COMMENT, "values (p_chat.user_id,", "values (p_chat.user,")
    told = (
        f'{COMMENT}, line 12: column "user" not found in data type wa.chat. Did you mean user_id?'
    )
    assert refusal(database, root, wrong) == [told]
    assert refusal(database, root, wrong, (FLOW, '["home"]', "[]"))[1:] == [told]
    migrate(database, root)

    step = (root / COMMENT).read_text()
    with psycopg.connect(database.url()) as connection:
        connection.execute("alter table wa.feedback rename column comment to body")
    monkeypatch.chdir(root)
    checked = CliRunner().invoke(app, ["flows", "check", "--database-url", database.url()])
    assert checked.exit_code == 1
    line = 1 + step[: step.index("insert into")].count("\n")
    assert checked.output == (
        f'error    flow feedback: {COMMENT}, line {line}: column "comment" of relation "feedback"'
        " does not exist\n"
    )
