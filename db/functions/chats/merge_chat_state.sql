create or replace function wa.merge_chat_state(p_merged uuid, p_survivor uuid)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with removed as (
    delete from public.chat_state as chat
    where chat.user_id = p_merged
    returning chat.phone_number_id, chat.state, chat.data, chat.expires_at, chat.updated_at, chat.answers_until
  )

  insert into public.chat_state as chat (user_id, phone_number_id, state, data, expires_at, updated_at, answers_until)
  select
    p_survivor, removed.phone_number_id, removed.state, removed.data, removed.expires_at, removed.updated_at,
    removed.answers_until
  from removed
  on conflict (user_id, phone_number_id) do update
    set
      state = excluded.state,
      data = excluded.data,
      expires_at = excluded.expires_at,
      updated_at = excluded.updated_at
    where chat.updated_at < excluded.updated_at
$$;

comment on function wa.merge_chat_state is
'Of wa.move_to_survivor: with each business number, leaves the survivor where the more recent of the two chats stood.';
