create or replace function public.insurance_confirm_field(
  _profile_id uuid, _document text, _field text, _value text
)
returns table (case_id bigint, value text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
#variable_conflict use_column
declare
  v_user_id uuid := wa.lock_acting_profile(_profile_id);
  v_case public.insurance_cases := wa.lock_insurance_case(v_user_id, '{draft,returned}');
  v_value text := wa.read_insurance_value(
    _document, _field, _value, (now() at time zone wa.find_time_zone(v_user_id))::date
  );
begin
  update public.insurance_fields as field
  set
    value = v_value,
    confidence = case when field.value = v_value then field.confidence end,
    confirmed_at = now(),
    note = null
  where field.case_id = v_case.id and field.document = _document and field.field = _field and v_value is not null;

  if not found then
    raise exception using
      errcode = 'WA103',
      message = format('%s of the document %s cannot be that', coalesce(_field, 'null'), coalesce(_document, 'null')),
      hint = 'What a field takes is declared under documents in db/flows/insurance/flow.sql; a certificate has not ended yet.';
  end if;

  update public.insurance_cases as one
  set changed_at = now()
  where one.id = v_case.id;

  return query select v_case.id, v_value;
end
$$;

alter function public.insurance_confirm_field owner to wa_runtime;

comment on function public.insurance_confirm_field is
'Notes that a field of the profile''s open case is _value, which it returns in the form in which it is kept. Raises WA020, WA100, WA103 where it cannot be right, WA104.';
