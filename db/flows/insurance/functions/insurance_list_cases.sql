create or replace function public.insurance_list_cases(status text default 'submitted', max_cases integer default 100)
returns table (
  case_id bigint,
  case_status text,
  insured_name text,
  recipient text,
  submitted_at timestamptz,
  returned_count bigint,
  doubts text[]
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
    one.id,
    one.status,
    one.insured_name,
    coalesce(profile.whatsapp_e164, profile.wa_user_id),
    one.submitted_at,
    (
      select count(*) from public.insurance_decisions as decision
      where decision.case_id = one.id and decision.decision = 'returned'
    ),
    wa.list_insurance_doubts(one.id)
  from public.insurance_cases as one
  inner join public.profiles as profile on profile.user_id = one.user_id
  where one.status = coalesce(insurance_list_cases.status, one.status)
  order by one.submitted_at nulls last, one.id
  limit greatest(insurance_list_cases.max_cases, 0);
end
$$;

alter function public.insurance_list_cases owner to wa_runtime;

comment on function public.insurance_list_cases is
'The cases with a status (submitted: those that wait for staff; null: all), first those that have waited longest: whose, how often they were returned, and what to look at first.';

grant execute on function public.insurance_list_cases to wa_agent_role, wa_operator_role;
