create or replace function wa.reset_insurance_document(p_case_id bigint, p_document text, p_note text default null)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.insurance_fields as field
  set value = null, confidence = null, confirmed_at = null, note = null
  where field.case_id = p_case_id and field.document = p_document;

  update public.insurance_documents as part
  set media_id = null, received_at = null, task_id = null, note = p_note
  where part.case_id = p_case_id and part.document = p_document;
end
$$;

comment on function wa.reset_insurance_document is
'Has a document sent again, and all of its fields confirmed again; p_note says why. The picture that was sent goes by its own time.';
