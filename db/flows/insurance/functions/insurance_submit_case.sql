create or replace function public.insurance_submit_case(_profile_id uuid)
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
  v_case public.insurance_cases := wa.lock_insurance_case(v_user_id, '{draft,returned}');
  v_gap record;
begin
  select gap.document, gap.field into v_gap
  from wa.find_insurance_gap(v_case) as gap;

  if found then
    raise exception using
      errcode = 'WA105',
      message = format('insurance case %s lacks %s', v_case.id, concat_ws('.', v_gap.document, v_gap.field)),
      hint = 'Documents are sent in the conversation; a field is confirmed with insurance_confirm_field.';
  end if;

  update public.insurance_cases as one
  set status = 'submitted', submitted_at = now(), changed_at = now()
  where one.id = v_case.id;

  perform wa.emit_event('INSURANCE_SUBMITTED', jsonb_build_object('case_id', v_case.id));
  return query select v_case.id, 'submitted';
end
$$;

alter function public.insurance_submit_case owner to wa_runtime;

comment on function public.insurance_submit_case is
'Hands the profile''s open case to staff. Raises WA020, WA100, WA104 where they have it already, WA105 for what it lacks.';
