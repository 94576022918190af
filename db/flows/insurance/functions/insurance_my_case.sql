create or replace function public.insurance_my_case(_profile_id uuid)
returns table (
  case_id bigint, status text, insured_name text, submitted_at timestamptz, closed_at timestamptz, reason text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
#variable_conflict use_column
declare
  v_user_id uuid := wa.resolve_acting_profile(_profile_id);
begin
  return query
  select one.id, one.status, one.insured_name, one.submitted_at, one.closed_at, decision.reason
  from public.insurance_cases as one
  left join lateral (
    select latest.reason
    from public.insurance_decisions as latest
    where latest.case_id = one.id
    order by latest.number desc
    limit 1
  ) as decision on true
  where one.user_id = v_user_id
  order by one.closed_at is not null, one.id desc
  limit 1;
end
$$;

alter function public.insurance_my_case owner to wa_runtime;

comment on function public.insurance_my_case is
'The open case of the profile, else its latest one, with what staff said last. No row: there never was one. Raises WA020.';
