create or replace function public.insurance_show_case(case_id bigint)
returns table (
  document text, field text, value text, confidence numeric, confirmed_at timestamptz, note text, media bigint
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
#variable_conflict use_column
begin
  return query
  select
    part.document, field.field, field.value, field.confidence, field.confirmed_at, coalesce(field.note, part.note),
    part.media_id
  from public.insurance_documents as part
  inner join public.insurance_fields as field
    on field.case_id = part.case_id and field.document = part.document
  where part.case_id = insurance_show_case.case_id
  order by part.document, field.field;
end
$$;

alter function public.insurance_show_case owner to wa_runtime;

comment on function public.insurance_show_case is
'The fields of a case with their documents: as confirmed, how sure OCR was (null: typed), and media, the id under which wa-webhook media hands out the picture.';

grant execute on function public.insurance_show_case to wa_agent_role, wa_operator_role;
