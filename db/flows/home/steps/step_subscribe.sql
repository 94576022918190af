create or replace function wa.step_subscribe(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.profiles as profile
  set opted_out_at = null, consent_at = (p_chat.message).sent_at, updated_at = now()
  where profile.user_id = p_chat.user_id;

  return wa.finish(p_chat, 'subscription.started');
end
$$;

comment on function wa.step_subscribe is
'Opts the user in again and leads home.';
