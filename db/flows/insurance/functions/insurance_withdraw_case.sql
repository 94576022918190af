create or replace function public.insurance_withdraw_case(_profile_id uuid)
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
  v_case public.insurance_cases := wa.lock_insurance_case(v_user_id, '{draft,submitted,returned}');
begin
  update public.insurance_cases as one
  set status = 'withdrawn', changed_at = now(), closed_at = now()
  where one.id = v_case.id;

  perform wa.emit_event('INSURANCE_WITHDRAWN', jsonb_build_object('case_id', v_case.id));
  return query select v_case.id, 'withdrawn';
end
$$;

alter function public.insurance_withdraw_case owner to wa_runtime;

comment on function public.insurance_withdraw_case is
'Withdraws the profile''s open case, until staff have decided it. Raises WA020, WA100.';
