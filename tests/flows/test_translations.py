"""Texts of flows go to translators as CSV, and come back into the declarations."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from wa_webhook.cli import app
from wa_webhook.flows.declaration_file import DeclarationFile
from wa_webhook.flows.translations import TranslationError, export_texts, import_texts
from wa_webhook.migrate import find_db_folder
from wa_webhook.scaffold import make_flow

if TYPE_CHECKING:
    from typer.testing import Result

SURVEY = Path("flows/survey")
DECLARATION = SURVEY / "flow.sql"
HEAD = "flow,key,en,fr\n"


@pytest.fixture(autouse=True)
def survey() -> None:
    """A flow as `wa-webhook flows new` begins it, with a text that has plural forms."""
    make_flow("survey", Path("flows"))
    seats = """    "seats": {
      "en": {"one": "{count} seat", "other": "{count} seats"},
      "fr": {"one": "{count} pl.", "other": "{count} pl."}
    },
"""
    declared = DECLARATION.read_text()
    DECLARATION.write_text(declared.replace('    "noted":', f'{seats}    "noted":'))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["flows", *arguments])


def refusal(*rows: str, head: str = HEAD) -> tuple[str, ...]:
    """Return what is wrong with a file, having seen that nothing was changed."""
    before = DECLARATION.read_bytes()
    with pytest.raises(TranslationError) as error:
        import_texts(head + "".join(f"{row}\n" for row in rows), {"survey": SURVEY})
    assert DECLARATION.read_bytes() == before
    return error.value.problems


def test_what_was_translated_comes_back_and_nothing_else_changes() -> None:
    before = DECLARATION.read_text()
    exported = run("export-texts", "survey").stdout
    assert "survey,yes,Yes,Oui\n" in exported
    Path("texts.csv").write_text(
        exported.replace("Yes,Oui", 'Yes,"Oui, ""bien sûr"""').replace(
            "{count} pl.\n", "{count} places\n", 1
        ),
        encoding="utf-8-sig",
    )
    assert run("import-texts", "texts.csv").output == "changed 2 texts in flows/survey/flow.sql\n"
    assert DECLARATION.read_text() == before.replace(
        '"fr": "Oui"', '"fr": "Oui, \\"bien sûr\\""'
    ).replace('"fr": {"one": "{count} pl."', '"fr": {"one": "{count} places"')
    Path("texts.csv").write_text(run("export-texts").stdout)
    assert run("import-texts", "texts.csv").output == "every text is as it was\n"


def test_a_new_language_is_added_where_it_belongs() -> None:
    head, *rows = export_texts({"survey": SURVEY}, ["rw"]).splitlines()
    kept = {"noted": "{answer}", "seats.one": "", "seats.other": "{count}"}
    translated = [head, *(f"{row}{kept.get(row.split(',')[1], '')}x" for row in rows)]
    assert import_texts("\n".join(translated), {"survey": SURVEY}) == {DECLARATION: 7}
    texts = DeclarationFile.read(SURVEY).texts
    assert texts["yes"] == {"en": "Yes", "fr": "Oui", "rw": "x"}
    assert texts["seats"]["rw"] == {"one": "x", "other": "{count}x"}


@pytest.mark.parametrize("flow", ["home", "baskets"])
def test_a_declaration_stays_as_it_is_byte_for_byte(flow: str) -> None:
    folder = shutil.copytree(find_db_folder() / "flows" / flow, Path("ours") / flow)
    file = DeclarationFile.read(folder)
    assert import_texts(export_texts({flow: folder}), {flow: folder}) == {}
    assert file.with_texts(file.texts) == file.source
    assert (folder / "flow.sql").read_text() == file.source


def test_all_that_is_wrong_is_told_at_once_and_nothing_changed() -> None:
    assert refusal(
        "survey,noted,Thank you.,Merci : {answer} {name}.",
        "survey,yes,Yes of course and certainly,",
        "survey,menu_title,A title that no menu ever showed,Enquête",
        "survey,perhaps,Perhaps,Peut-être",
        "survey,no,No,Non",
        "survey,no,No,Non",
        "survey,ask,Is this your first time here?,Première fois ?",
        "survey,seats.one,One seat,Une place",
        "survey,seats.other,Seats,{count} places",
        "other,yes,Yes,Oui",
        "survey,no",
    ) == (
        "line 5: survey has no text 'perhaps'",
        "line 7: survey no stands in the file twice",
        "line 11: there is no folder of the flow 'other' here",
        "line 12: has 2 cells, and 4 are meant",
        "survey menu_title (en) has 32 characters, and WhatsApp shows 24",
        "survey yes (en) has 27 characters, and WhatsApp shows 20",
        "survey yes (fr) is missing",
        "survey seats.other (en) has the placeholders none, and {count} are meant",
        "survey noted (en) has the placeholders none, and {answer} are meant",
        "survey noted (fr) has the placeholders {answer}, {name}, and {answer} are meant",
    )


def test_a_language_is_taken_whole_or_not_at_all() -> None:
    assert "survey ask (rw) is missing" in refusal("survey,yes,Yego", head="flow,key,rw\n")
    assert import_texts("flow,key,en,rw\nsurvey,yes,Sure,\n", {"survey": SURVEY}) == {
        DECLARATION: 1
    }


def test_what_is_no_file_of_texts_is_explained() -> None:
    assert "first line" in refusal(head="flow;key;en\n")[0]
    assert refusal(head="flow,key,english\n") == ("'english' is no language such as en or pt-BR",)
    assert "ends the quotes" in refusal("survey,no,No $$ at all,Non")[0]
    Path("texts.csv").write_bytes("flow,key,en\nsurvey,no,Né\n".encode("latin-1"))
    assert run("import-texts", "texts.csv").stderr == "texts.csv is not written in UTF-8\n"
    assert "there is no flow nothing" in run("export-texts", "nothing").stderr
    assert "'english' is no language" in run("export-texts", "--language", "english").stderr
    assert refusal('survey,no,No,"Non', "survey,yes,Yes,Oui") == ("line 3: unexpected end of data",)
    DECLARATION.write_bytes("é".encode("latin-1"))
    assert run("new", "visit").stderr == f"{DECLARATION} is not written in UTF-8\n"


def test_where_one_declaration_cannot_be_written_none_is() -> None:
    make_flow("visit", Path("flows"))
    Path("flows/visit/.flow.sql.new").mkdir()
    Path("texts.csv").write_text(f"{HEAD}survey,no,Never,Non\nvisit,no,Never,Non\n")
    before = DECLARATION.read_text()
    assert run("import-texts", "texts.csv").stderr == "flows/visit/flow.sql: Is a directory\n"
    assert DECLARATION.read_text() == before
    assert not Path("flows/survey/.flow.sql.new").exists()
