create or replace function wa.hold_conversations(p_user_ids uuid[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform wa.lock_profiles(null, null, p_user_ids);

  -- Before any task: whoever resets a conversation by deleting its row locks its tasks after it.
  perform
  from public.chat_state as chat
  where chat.user_id = any(p_user_ids)
  order by chat.user_id, chat.phone_number_id
  for no key update;
end
$$;

comment on function wa.hold_conversations is
'Locks the conversations of these users, in dispatch''s order: results then take effect where no message does at the same time.';
