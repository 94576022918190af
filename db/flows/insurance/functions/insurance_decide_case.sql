create or replace function public.insurance_decide_case(
  case_id bigint,
  decision text,
  reason text default null,
  wrong jsonb default null,
  agent text default null
)
returns table (decided_case bigint, status text, decided_by text, notification_id bigint)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
#variable_conflict use_column
declare
  v_agent text := coalesce(nullif(left(btrim(insurance_decide_case.agent), 100), ''), session_user);
  v_decision text := insurance_decide_case.decision;
  v_reason text := nullif(left(btrim(insurance_decide_case.reason), 500), '');
  v_wrong jsonb := insurance_decide_case.wrong;
  v_locked uuid[];
  v_case public.insurance_cases;
  v_number integer;
  v_now constant timestamptz := now();
begin
  -- The person before the case, as a message of theirs does, or whoever merges or erases them.
  v_locked := wa.lock_profiles(
    null, null, array(select one.user_id from public.insurance_cases as one where one.id = insurance_decide_case.case_id)
  );

  select one.* into v_case
  from public.insurance_cases as one
  where one.id = insurance_decide_case.case_id
  for no key update;

  if v_case.user_id <> all (v_locked) then
    raise exception using
      errcode = '40001',
      message = 'the person''s profile changed while it was being locked',
      hint = 'Nothing was committed. Call again.';
  elsif v_case.status is distinct from 'submitted' then
    raise exception using
      errcode = 'WA104',
      message = coalesce(
        (
          select format('insurance case %s was %s by %s', v_case.id, latest.decision, latest.decided_by)
          from public.insurance_decisions as latest
          where latest.case_id = v_case.id and v_case.status = latest.decision
          order by latest.number desc
          limit 1
        ),
        case
          when v_case.id is null then format('there is no insurance case %s', coalesce(case_id::text, 'null'))
          else format('insurance case %s is %s', v_case.id, v_case.status)
        end
      ),
      hint = 'Those that wait for a decision: select * from public.insurance_list_cases().';
  end if;

  perform wa.check_insurance_decision(v_case.id, v_decision, v_reason, v_wrong);

  select count(*) + 1 into v_number
  from public.insurance_decisions as earlier
  where earlier.case_id = v_case.id;

  insert into public.insurance_decisions (case_id, number, decision, reason, wrong, decided_by)
  values (v_case.id, v_number, v_decision, v_reason, v_wrong, v_agent);

  update public.insurance_cases as one
  set
    status = v_decision,
    changed_at = v_now,
    closed_at = case when v_decision <> 'returned' then v_now end
  where one.id = v_case.id
  returning one.* into v_case;

  perform wa.reset_insurance_document(v_case.id, mistake.key, mistake.value)
  from jsonb_each_text(v_wrong) as mistake
  where position('.' in mistake.key) = 0;

  update public.insurance_fields as field
  set value = null, confidence = null, confirmed_at = null, note = mistake.value
  from jsonb_each_text(v_wrong) as mistake
  where field.case_id = v_case.id and mistake.key = field.document || '.' || field.field;

  perform wa.emit_event(
    'INSURANCE_DECIDED', jsonb_build_object('case_id', v_case.id, 'decision', v_decision, 'agent', v_agent)
  );
  return query select v_case.id, v_case.status, v_agent, wa.tell_insurance_decision(v_case, v_reason, v_wrong, v_agent);
end
$$;

alter function public.insurance_decide_case owner to wa_runtime;

comment on function public.insurance_decide_case is
'Staff decide a submitted case: accepted, declined with a reason, or returned with what is wrong: an object of words for the person by document (certificate: it is to be sent again) or field (certificate.plate: it is to be typed again). The person is told, and asked again for what is wrong. agent is the colleague''s name (the role that is logged in). Raises WA104 where the case does not wait, since somebody else decided it for one, WA106 for a decision that says too little.';

grant execute on function public.insurance_decide_case to wa_agent_role, wa_operator_role;
