create or replace function wa.end_handover(p_user_id uuid, p_phone_number_id text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.chat_state as chat
  set
    handed_over_at = null,
    handed_over_until = null,
    handed_over_to = null,
    handed_over_for = null,
    waiting_since = null
  where chat.user_id = p_user_id and chat.phone_number_id = p_phone_number_id;

  perform wa.wake_desk(p_user_id);
end
$$;

comment on function wa.end_handover is
'Lets the bot have a conversation again, where it stood.';
