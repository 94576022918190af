create or replace function wa.lock_insurance_case(p_user_id uuid, p_statuses text[])
returns public.insurance_cases
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_case public.insurance_cases;
begin
  select one.* into v_case
  from public.insurance_cases as one
  where one.user_id = p_user_id and one.closed_at is null
  for no key update;

  if v_case.id is null then
    raise exception using
      errcode = 'WA100',
      message = 'the profile has no open insurance case',
      hint = 'Begin one with insurance_open_case.';
  elsif v_case.status <> all (p_statuses) then
    raise exception using
      errcode = 'WA104',
      message = format('insurance case %s is %s', v_case.id, v_case.status),
      detail = format('It can be done while a case is %s.', array_to_string(p_statuses, ' or ')),
      hint = 'A case that was submitted is that of staff until they return it; it can be withdrawn.';
  end if;
  return v_case;
end
$$;

comment on function wa.lock_insurance_case is
'Locks the open case of a person, before anything that depends on it is read, and returns it. Raises WA100 where there is none, WA104 where its status is another.';
