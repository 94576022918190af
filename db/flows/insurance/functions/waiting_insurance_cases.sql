create or replace function wa.waiting_insurance_cases()
returns timestamptz
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  return (
    select min(one.submitted_at)
    from public.insurance_cases as one
    where one.status = 'submitted'
      and one.submitted_at < now() - make_interval(hours => wa.get_setting('insurance_wait_hours')::integer)
  );
end
$$;

alter function wa.waiting_insurance_cases owner to wa_runtime;

comment on function wa.waiting_insurance_cases is
'Of wa.warn_of_waiting: since when that case has waited for staff that has waited longest, null unless for longer than insurance_wait_hours.';
