create or replace function wa.note_insurance_document(
  p_document public.insurance_documents, p_task bigint, p_media bigint default null
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := now();
begin
  update public.insurance_documents as part
  set
    task_id = p_task,
    media_id = coalesce(p_media, part.media_id),
    received_at = case when p_media is null then part.received_at else v_now end,
    note = case when p_media is null then part.note end
  where part.case_id = p_document.case_id and part.document = p_document.document;

  if p_media is not null then
    perform wa.keep_media(p_media, make_interval(days => wa.get_setting('insurance_cases_ttl_days')::integer));
  end if;
end
$$;

comment on function wa.note_insurance_document is
'Notes which task a document waits for (null: none), and what was received where p_media has it, which is kept for as long as the case.';
