create or replace function wa.step_cancelled(
  p_profile public.profiles,
  p_state text,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select 'home', null::jsonb, jsonb_build_array(wa.build_text(wa.get_text('cancelled.done', p_profile.locale)))
$$;

comment on function wa.step_cancelled is
'Confirms that a flow was given up and leads home.';
