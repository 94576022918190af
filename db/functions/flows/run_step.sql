create or replace function wa.run_step(
  p_step_function text,
  p_profile public.profiles,
  p_state text,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_result wa.step_result;
begin
  if to_regproc(format('wa.%I', p_step_function)) is null then
    raise exception using
      errcode = 'WA003',
      message = format('the state %s has no step: there is no one function wa.%s', p_state, p_step_function),
      hint = 'Apply the function''s file with wa-webhook migrate, or correct wa.flow_states.';
  end if;

  -- The name comes from wa.flow_states, whose check admits nothing but step_ and an identifier.
  execute format('select * from wa.%I($1, $2, $3, $4)', p_step_function)
    into v_result
    using p_profile, p_state, p_data, p_message;
  return v_result;
end
$$;

comment on function wa.run_step(text, public.profiles, text, jsonb, wa.inbound_message) is
'Calls the step function that the registry names for a state. Raises WA003 when there is none.';

revoke all on function wa.run_step(text, public.profiles, text, jsonb, wa.inbound_message) from public;
grant execute on function wa.run_step(text, public.profiles, text, jsonb, wa.inbound_message) to wa_runtime;
