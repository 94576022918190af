create or replace function wa.save_chats(p_chats wa.chat[])
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_saved integer;
  v_queued integer;
  v_receipts text;
  v_notifier_waits boolean;
begin
  with moved as materialized (
    select
      moved.user_id, moved.recipient, moved.phone_number_id, moved.state, moved.data, moved.expires_at, moved.replies,
      moved.answered_at
    from unnest(p_chats) as moved
  ),

  saved as (
    update public.chat_state as chat
    set
      state = moved.state,
      data = moved.data,
      expires_at = moved.expires_at,
      updated_at = now()
    from moved
    where chat.user_id = moved.user_id
      -- Within a payload much stays as it is; a version of the row for each message would make a long one slow.
      and (chat.state, chat.data, chat.expires_at, chat.updated_at)
        is distinct from (moved.state, moved.data, moved.expires_at, now())
    returning chat.user_id
  ),

  queued as (
    insert into public.notifications
      (user_id, recipient, phone_number_id, payload, priority, send_at, next_attempt_at, expires_at)
    select
      moved.user_id, moved.recipient, moved.phone_number_id, reply.body, 0, moved.answered_at,
      moved.answered_at,
      moved.answered_at + (
        select make_interval(secs => setting.value::double precision) from wa.settings as setting
        where setting.key = 'reply_ttl_seconds'
      )
    from moved
    cross join lateral jsonb_array_elements(moved.replies) with ordinality as reply (body, position)
    order by moved.answered_at, reply.position
    returning id
  )

  select
    (select count(*) from saved),
    (select count(*) from queued),
    (select setting.value #>> '{}' from wa.settings as setting where setting.key = 'read_receipts'),
    (select state.notifier_waits from wa.queue_state as state)
  into v_saved, v_queued, v_receipts, v_notifier_waits;

  if v_saved < cardinality(p_chats) then
    insert into public.chat_state (user_id, state, data, expires_at)
    select moved.user_id, moved.state, moved.data, moved.expires_at
    from unnest(p_chats) as moved
    on conflict (user_id) do nothing;
  end if;

  if v_receipts is distinct from 'none' then
    v_queued := v_queued + wa.queue_receipts(p_chats);
  end if;

  if v_queued > 0 and v_notifier_waits then
    perform wa.wake_notifier();
  end if;
  return v_queued;
end
$$;

comment on function wa.save_chats is
'Stores where chats stand, each of another user, and until when if their state times out, and queues what steps answered, in order: arrays of Graph API message bodies without recipient. Returns how many notifications it queued. The caller holds the profiles'' locks.';
