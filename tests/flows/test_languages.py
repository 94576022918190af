"""A bot speaks the languages that its project names, and no others."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from tests.docs.code_blocks import find_code_blocks
from wa_webhook.cli import app
from wa_webhook.scaffold import ScaffoldError, make_flow, make_project
from wa_webhook.testing import Chat

if TYPE_CHECKING:
    from typer.testing import Result

    from tests.fixtures.postgres import Database

pytestmark = pytest.mark.any_server

(TRANSLATING,) = find_code_blocks("docs/build/adding-a-flow.md", "sh")


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    return done


def translate(exported: str) -> str:
    """Return a CSV whose last column says the same as that of English."""
    head, *rows = csv.reader(io.StringIO(exported))
    written = io.StringIO()
    english = head.index("en")
    csv.writer(written).writerows([head, *([*row[:-1], row[english]] for row in rows)])
    return written.getvalue()


def test_a_bot_speaks_spanish_and_english_and_no_french(
    bare_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init", "bot", "--languages", "es,en")
    monkeypatch.chdir("bot")
    told = run("flows", "new", "survey").output
    assert told.endswith("To be translated: what begins with [es].\n")
    exporting, importing = (line.split()[1:] for line in TRANSLATING.code.splitlines())
    *command, _, file = exporting
    Path(file).write_text(translate(run(*command).stdout))
    run(*importing)
    url = ("--database-url", bare_database.url())
    run("migrate", *url)
    assert run("flows", "check", *url).output == "every flow holds together\n"
    with Chat.open(bare_database.url) as chat:
        ana = chat.person("Ana")
        assert ana.says("welcome") == ["¿Es su primera vez aquí?\n[Sí] [No]"]
        assert ana.taps("Sí")[0] == "Gracias, anotado: Sí."
        (offered,) = ana.says("language")
        assert offered.endswith("\n- English\n- Español")
        assert "- Survey" in ana.taps("English")[-1]
        written = chat.rows("select count(*) from wa.missing_translations")
        assert written == [{"count": 0}]


def test_what_a_language_lacks_is_told_once_with_what_to_do(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_project(Path("bot"), ["en", "rw"])
    monkeypatch.chdir("bot")
    url = ("--database-url", database.url())
    assert CliRunner().invoke(app, ["migrate", *url]).exit_code == 0
    assert run("flows", "check", *url).output == (
        "warning  baskets, home lack texts in rw, which users are offered:"
        " docs/build/adding-a-flow.md#languages says what to do\n"
    )


def test_some_texts_that_ship_are_translated_and_what_still_lacks_is_no_obstacle(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_project(Path("bot"), ["en", "es"])
    monkeypatch.chdir("bot")
    Path("ours.csv").write_text(
        "flow,key,en,es\nhome,menu.back,Back,Volver\nhome,menu.cancel,Cancel,\n"
    )
    run("flows", "import-texts", "ours.csv", "--into", "welcome")
    url = ("--database-url", database.url())
    assert CliRunner().invoke(app, ["migrate", *url]).exit_code == 0
    assert run("flows", "check", *url).output == (
        "warning  baskets, home lack texts in es, which users are offered:"
        " docs/build/adding-a-flow.md#languages says what to do\n"
    )


def test_a_text_that_we_cannot_translate_is_english_and_marked() -> None:
    (declaration, *_) = make_flow("our_survey", Path("flows"), languages=["en", "fr", "rw"])
    declared = declaration.read_text()
    assert (
        '"menu_title": {"en": "Our survey", "fr": "[fr] Our survey", "rw": "[rw] Our survey"}'
        in declared
    )
    assert '"yes": {"en": "Yes", "fr": "Oui", "rw": "[rw] Yes"}' in declared


@pytest.mark.parametrize("languages", [["english"], ["en", "en"]])
def test_what_is_no_language_is_refused(languages: list[str]) -> None:
    with pytest.raises(ScaffoldError, match="language"):
        make_flow("survey", Path("flows"), languages=languages)
    assert not Path("flows").exists()


def test_texts_that_ship_in_a_language_are_not_imported_in_another_way() -> None:
    make_flow("survey", Path("flows"))
    Path("ours.csv").write_text("flow,key,en,es\nhome,menu.back,Go back,Volver\n")
    refused = CliRunner().invoke(app, ["flows", "import-texts", "ours.csv", "--into", "survey"])
    assert refused.exit_code == 1
    assert "home menu.back (en) ships, and is told in wa.texts\n" in refused.stderr
    assert not Path("flows/survey/migrations").exists()
