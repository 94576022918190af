create or replace function wa.note_insurance_reading(p_case public.insurance_cases, p_document text, p_result jsonb)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_today constant date := (now() at time zone wa.find_time_zone(p_case.user_id))::date;
  v_found constant jsonb := wa.find_document_fields('insurance_' || p_document, p_result);
  v_values jsonb;
  v_read integer;
begin
  -- Before the update, which says the same of every row that it changes.
  select jsonb_object_agg(
    found.key, wa.read_insurance_value(p_document, found.key, found.value ->> 'value', v_today)
  )
  into v_values
  from jsonb_each(v_found) as found;

  update public.insurance_fields as field
  set
    value = v_values ->> field.field,
    confidence = (v_found #>> array[field.field, 'confidence'])::numeric,
    confirmed_at = null
  where field.case_id = p_case.id
    and field.document = p_document
    and v_values ->> field.field is not null;

  get diagnostics v_read = row_count;
  return v_read;
end
$$;

comment on function wa.note_insurance_reading is
'Notes the fields of a document that are found in what OCR read, for the person to confirm, and returns how many there are. What cannot be right is left for the person to type.';
