create or replace function wa.step_unsubscribe(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if not p_chat.is_entered then
    return wa.finish(p_chat);
  end if;

  update public.profiles as profile
  set opted_out_at = (p_chat.message).sent_at, consent_at = (p_chat.message).sent_at, updated_at = now()
  where profile.user_id = p_chat.user_id;

  return wa.stay(
    wa.build_buttons(
      wa.say(p_chat, 'subscription.stopped'),
      wa.build_choices(p_chat, '{subscription.start}')
    ) || '{"delivery": {"to_opted_out": true}}',
    '{}'
  );
end
$$;

comment on function wa.step_unsubscribe is
'Opts the user out and confirms it. The chat stays here, silent, until the user opts in again.';
