create or replace function wa.find_insurance_gap(p_case public.insurance_cases)
returns table (document text, field text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_today constant text := to_char(now() at time zone wa.find_time_zone(p_case.user_id), 'YYYY-MM-DD');
begin
  return query
  select part.document, open.field
  from public.insurance_documents as part
  left join public.insurance_fields as open
    on open.case_id = part.case_id
    and open.document = part.document
    and part.received_at is not null
    and part.task_id is null
  where part.case_id = p_case.id
    and (
      part.received_at is null
      or part.task_id is not null
      or open.confirmed_at is null
      or open.field = 'valid_until' and open.value < v_today
    )
  order by part.document, open.field
  limit 1;
end
$$;

comment on function wa.find_insurance_gap is
'What a case lacks first: a document that is to be sent or is being read (field is null), or a field that is to be confirmed. No row where nothing is missing.';
