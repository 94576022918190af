"""A picture that a user sends is read, and its fields are found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb
from pydantic import SecretStr

from tests.dispatching import value
from tests.ocr.documents import Photograph, Text, draw_pdf, photograph
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

FLOW = {
    "states": {"sent": {"about": "Reads a certificate.", "moves": ["home"]}},
    "entries": {"sent": {"words": ["certificate"]}},
    "texts": {
        "ask": {"en": "Send it.", "fr": "Envoyez-la."},
        "wait": {"en": "One moment.", "fr": "Un instant."},
    },
    "documents": {
        "certificate": {
            "number": {"label": "numero de police", "value": "[A-Z]{2}-[0-9]{6}"},
            "until": {"label": "valable jusqu", "check": "date"},
        }
    },
}
STEP = """
create or replace function wa.step_papers_sent(p_chat wa.chat) returns wa.step_result
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer constant jsonb := wa.task_result(p_chat);
begin
  if v_answer #> '{result,pages}' is not null then
    return wa.stay(
      wa.build_text((
        select string_agg(field.value ->> 'value', ', ' order by field.key)
        from jsonb_each(
          wa.find_document_fields('papers_certificate', v_answer -> 'result')
        ) as field
      ))
    );
  elsif v_answer #> '{result,media}' is not null then
    return wa.wait_for(
      p_chat, wa.request_reading(p_chat, (v_answer #>> '{result,media}')::bigint), 'papers.wait'
    );
  elsif v_answer is not null then
    return wa.stay(wa.build_text('failed: ' || (v_answer #>> '{error,message}')));
  elsif not p_chat.is_entered then
    return wa.wait_for(p_chat, wa.fetch_media(p_chat), 'papers.wait');
  end if;
  return wa.ask(p_chat, 'ask');
end
$$
"""


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
    gallery.owner.execute(STEP)
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

    assert papers.last_reply() == "RW-482913, 2027-08-01"


async def test_what_cannot_be_read_fails_for_good_and_alerts(papers: Gallery) -> None:
    papers.send(b"PK\x03\x04 letter", "application/zip", "document", filename="card.docx")
    await work(papers)

    assert papers.last_reply() == "failed: it is no picture and no PDF"
    assert value(papers.owner, "select group_key from wa.alert_occurrences") == (
        "read_document permanent"
    )


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
