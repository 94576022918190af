create or replace function wa.merge_chat_state(p_merged uuid, p_survivor uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  with removed as (
    delete from public.chat_state as chat
    where chat.user_id = p_merged
    returning chat.*
  )

  insert into public.chat_state as chat (
    user_id, phone_number_id, state, data, expires_at, updated_at, answers_until, handed_over_at, handed_over_until,
    handed_over_to, handed_over_for, waiting_since
  )
  select
    p_survivor, removed.phone_number_id, removed.state, removed.data, removed.expires_at, removed.updated_at,
    removed.answers_until, removed.handed_over_at, removed.handed_over_until, removed.handed_over_to,
    removed.handed_over_for, removed.waiting_since
  from removed
  on conflict (user_id, phone_number_id) do update
    set
      (state, data, expires_at, updated_at) = (
        select later.state, later.data, later.expires_at, later.updated_at
        from (
          values
          (chat.state, chat.data, chat.expires_at, chat.updated_at, 1),
          (excluded.state, excluded.data, excluded.expires_at, excluded.updated_at, 2)
        ) as later (state, data, expires_at, updated_at, position)
        order by later.updated_at desc, later.position
        limit 1
      ),
      (handed_over_at, handed_over_until, handed_over_to, handed_over_for, waiting_since) = (
        select held.since, held.until, held.agent, held.note, held.waiting_since
        from (
          values
          (
            chat.handed_over_at, chat.handed_over_until, chat.handed_over_to, chat.handed_over_for,
            chat.waiting_since, 1
          ),
          (
            excluded.handed_over_at, excluded.handed_over_until, excluded.handed_over_to,
            excluded.handed_over_for, excluded.waiting_since, 2
          )
        ) as held (since, until, agent, note, waiting_since, position)
        order by held.until desc nulls last, held.position
        limit 1
      );
end
$$;

comment on function wa.merge_chat_state is
'Of wa.move_to_survivor: with each business number, leaves the survivor where the more recent of the two chats stood, and with whoever has either.';
