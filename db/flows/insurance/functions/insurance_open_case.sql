create or replace function public.insurance_open_case(
  _profile_id uuid, _insured_name text, _phone_number_id text default null
)
returns table (case_id bigint, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
#variable_conflict use_column
declare
  v_user_id uuid := wa.lock_acting_profile(_profile_id);
  v_name text := wa.clean_line(regexp_replace(_insured_name, e'\\s+', ' ', 'g'));
  v_case_id bigint;
begin
  if (v_name ~ '[[:alpha:]]' and char_length(v_name) between 2 and 100) is not true then
    raise exception using
      errcode = 'WA102',
      message = 'that is not a name',
      hint = 'Pass a name of 2 to 100 characters with letters in it.';
  end if;

  insert into public.insurance_cases as one (user_id, phone_number_id, insured_name)
  values (v_user_id, _phone_number_id, v_name)
  on conflict (user_id) where closed_at is null do nothing
  returning one.id into v_case_id;

  if v_case_id is null then
    raise exception using
      errcode = 'WA101',
      message = 'the profile has an open insurance case',
      hint = 'Go on with it, see insurance_my_case, or withdraw it with insurance_withdraw_case.';
  end if;

  insert into public.insurance_documents (case_id, document)
  select distinct v_case_id, substr(rule.document, 11)
  from wa.document_fields as rule
  where starts_with(rule.document, 'insurance_');

  insert into public.insurance_fields (case_id, document, field)
  select distinct v_case_id, substr(rule.document, 11), rule.field
  from wa.document_fields as rule
  where starts_with(rule.document, 'insurance_');

  return query select v_case_id, 'draft';
end
$$;

alter function public.insurance_open_case owner to wa_runtime;

comment on function public.insurance_open_case is
'Begins a case of the profile, with the documents and fields that the flow declares. Raises WA020, WA101, WA102.';
