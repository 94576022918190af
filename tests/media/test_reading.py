"""A picture that a user sends is read, and its fields are found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb
from pydantic import SecretStr

from bench.ocr.documents import Photograph, Text, draw_pdf, photograph
from tests.dispatching import value
from tests.docs.code_blocks import find_code_blocks
from wa_webhook.doctor import media
from wa_webhook.doctor.check import Outcome
from wa_webhook.doctor.media import check_reading
from wa_webhook.media.settings import ExtraMissingError
from wa_webhook.ocr.reader import Reader
from wa_webhook.worker import process
from wa_webhook.worker.claimed import ClaimedTask
from wa_webhook.worker.media_kinds import make_media_functions
from wa_webhook.worker.reading_kind import READ, make_reading_function
from wa_webhook.worker.running import Attempt
from wa_webhook.worker.settings import WorkerSettings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.media.gallery import Gallery

pytestmark = pytest.mark.any_server

(STEP,) = find_code_blocks("docs/build/ocr.md", "sql")
_, DOCUMENTS = find_code_blocks("docs/build/ocr.md", "json")
FLOW = {
    "states": {
        "certificate": {"about": "Reads it.", "moves": ["confirm", "type_it", "home"]},
        "confirm": {"about": "Shows it.", "moves": ["home"]},
        "type_it": {"about": "Asks for it.", "moves": ["home"]},
    },
    "entries": {"certificate": {"words": ["certificate"]}},
    "texts": {
        "send_it": {"en": "Send it.", "fr": "Envoyez-le."},
        "one_moment": {"en": "One moment.", "fr": "Un instant."},
        "is_this_right": {"en": "Is {value} right?", "fr": "{value} ?"},
        "please_type": {"en": "Please type it.", "fr": "Écrivez-le."},
    },
} | json.loads(f"{{{DOCUMENTS.code}}}")
STEPS = "".join(
    f"""
    create function wa.step_papers_{state}(p_chat wa.chat) returns wa.step_result
    language plpgsql set search_path = pg_catalog, pg_temp as $$ begin return null; end $$;
    """
    for state in ("confirm", "type_it")
)


async def work(gallery: Gallery) -> None:
    """Fetch what was sent, and read it."""
    reader = Reader(max_pages=1)
    functions = {
        one.kind: one
        for one in [
            *make_media_functions(gallery.store, gallery.client),
            make_reading_function(gallery.store, reader, 1),
        ]
    }
    try:
        for kind in ("media.fetch", READ):
            row = gallery.worker.execute(
                "select * from public.wa_tasks_claim('worker-1', %s)", ([kind],)
            ).fetchone()
            assert row is not None
            task = ClaimedTask(**row)
            result = await Attempt(task, functions[kind], 200).run()
            gallery.worker.execute(
                "select public.wa_tasks_settle(%s)", (Jsonb([result.as_json(task)]),)
            )
    finally:
        await reader.close()


@pytest.fixture
def papers(gallery: Gallery) -> Gallery:
    gallery.owner.execute((STEP.code + STEPS).encode())
    gallery.owner.execute("call wa.declare_flow('papers', %s)", (json.dumps(FLOW),))
    gallery.say("certificate")
    return gallery


async def test_fields_of_a_bad_photograph_reach_the_step(papers: Gallery) -> None:
    page = [
        Text(30, 60, 13, "Numéro de police : RW-482913"),
        Text(30, 100, 13, "Valable jusqu'au"),
        Text(200, 100, 13, "1er août 2027"),
    ]
    how = Photograph(turned=270, askew=3, blur=1.5, noise=40, contrast=0.7)
    papers.send(photograph(draw_pdf([page], "Times-Roman"), how), "image/jpeg")
    await work(papers)

    assert papers.last_reply() == "Is RW-482913 right?"
    found = value(papers.owner, "select data from public.chat_state where state = 'papers_confirm'")
    assert found["policy_number"]["is_valid"]
    assert found["valid_until"]["value"] == "2027-08-01"
    assert found["vin"] is None


async def test_what_cannot_be_read_fails_for_good_and_alerts(papers: Gallery) -> None:
    papers.send(b"PK\x03\x04 letter", "application/zip", "document", filename="card.docx")
    await work(papers)

    assert papers.last_reply() == "Please type it."
    assert papers.tasks("error_message") == [None, "it is no picture and no PDF"]
    assert value(papers.owner, "select group_key from wa.alert_occurrences") == (
        "read_document permanent"
    )


def test_the_doctor_says_whether_documents_are_read_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert list(check_reading()) == []
    monkeypatch.setenv("WA_MEDIA_STORE", str(tmp_path))
    assert [one.outcome for one in check_reading()] == [Outcome.OK]

    monkeypatch.setattr(media, "is_installed", lambda: False)
    (check,) = check_reading()
    assert (check.outcome, check.message) == (Outcome.SKIP, "pictures and PDFs are not read here")


def test_a_worker_reads_documents_where_the_extra_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = WorkerSettings(
        _env_file=None,
        wa_database_url=SecretStr("postgresql://"),
        wa_token=SecretStr("token"),
        wa_media_store=str(tmp_path),
    )
    assert READ in [one.kind for one in process.media_functions_of(settings)]

    monkeypatch.setattr(process, "is_installed", lambda: False)
    assert READ not in [one.kind for one in process.media_functions_of(settings)]
    with pytest.raises(ExtraMissingError, match=r"pip install 'wa-webhook\[ocr\]'"):
        process.media_functions_of(settings.model_copy(update={"wa_work_kinds": READ}))
