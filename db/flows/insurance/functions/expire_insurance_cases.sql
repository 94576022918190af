create or replace function wa.expire_insurance_cases(p_batch integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_before constant timestamptz := now() - make_interval(days => wa.get_setting('insurance_cases_ttl_days')::integer);
  v_expired integer;
begin
  delete from public.insurance_cases as expired
  where expired.id = any(
    array(
      select one.id
      from public.insurance_cases as one
      where one.changed_at < v_before and one.status <> 'submitted'
      order by one.changed_at
      limit p_batch
    )
  );

  get diagnostics v_expired = row_count;
  return v_expired;
end
$$;

alter function wa.expire_insurance_cases owner to wa_runtime;

comment on function wa.expire_insurance_cases is
'Of wa.expire_tables: deletes up to p_batch cases in which nothing has happened for insurance_cases_ttl_days, with all that is theirs, and returns how many. What waits for staff stays.';

grant execute on function wa.expire_insurance_cases to wa_maintenance;
