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
set search_path = pg_catalog, pg_temp
as $$
declare
  v_arguments text;
  v_result wa.step_result;
begin
  -- Every chat begins at home and comes back there, and a call by name is parsed and planned each time.
  if p_step_function = 'step_home' then
    return wa.step_home(p_profile, p_data, p_message);
  end if;

  -- Expressions and not a query: PL/pgSQL evaluates them without starting the executor.
  v_arguments := pg_get_function_identity_arguments(to_regproc(format('wa.%I', p_step_function)));
  if v_arguments is null then
    raise exception using
      errcode = 'WA003',
      message = format('the state %s has no step: there is no one function wa.%s', p_state, p_step_function),
      hint = 'Apply the function''s file with wa-webhook migrate, or correct wa.flow_states.';
  end if;

  -- A step takes what it uses, in any order. Each parameter comes with its type.
  v_arguments := regexp_replace(v_arguments, '(p_[a-z]+) [^,]+', '\1', 'g');
  v_arguments := replace(replace(v_arguments, 'p_profile', '$1'), 'p_state', '$2');
  v_arguments := replace(replace(v_arguments, 'p_data', '$3'), 'p_message', '$4');

  -- The name comes from wa.flow_states, whose check admits nothing but step_ and an identifier.
  execute format('select * from wa.%I(%s)', p_step_function, v_arguments)
    into v_result.next_state, v_result.data, v_result.replies
    using p_profile, p_state, p_data, p_message;
  return v_result;
end
$$;

comment on function wa.run_step is
'Calls the step function that the registry names for a state, with those of p_profile, p_state, p_data and p_message that it takes. Raises WA003 when there is none.';
