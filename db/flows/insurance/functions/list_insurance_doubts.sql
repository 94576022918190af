create or replace function wa.list_insurance_doubts(p_case_id bigint)
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  c_is_sure constant numeric := 0.7;
begin
  return array(
    select format(
      case when field.confidence is null then '%s.%s was typed' else '%s.%s was hard to read' end, field.document, field.field
    )
    from public.insurance_fields as field
    where field.case_id = p_case_id
      and field.value is not null
      and coalesce(field.confidence, 0) < c_is_sure
    order by field.document, field.field
  ) || array(
    select 'the plates differ'
    from public.insurance_fields as field
    where field.case_id = p_case_id and field.field = 'plate'
    having count(distinct field.value) > 1
  );
end
$$;

comment on function wa.list_insurance_doubts is
'What staff should compare with the picture first: fields that OCR did not read, or hardly, and plates that differ.';
