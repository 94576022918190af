create or replace function wa.step_unsubscribe(p_profile public.profiles, p_message wa.inbound_message)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if not p_message.is_entry then
    return ('home', null, null)::wa.step_result;
  end if;

  update public.profiles as profile
  set opted_out_at = p_message.sent_at, updated_at = now()
  where profile.user_id = p_profile.user_id;

  return (
    null,
    '{}'::jsonb,
    jsonb_build_array(
      wa.build_buttons(
        wa.get_text('subscription.stopped', p_profile.locale),
        jsonb_build_array(
          jsonb_build_object(
            'id', 'subscription.start', 'title', wa.get_text('subscription.start', p_profile.locale)
          )
        )
      ) || '{"delivery": {"to_opted_out": true}}'::jsonb
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_unsubscribe is
'Opts the user out and confirms it. The chat stays here, silent, until the user opts in again.';
