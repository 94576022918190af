create or replace function wa.save_chats(p_chats wa.chat[])
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_latest wa.chat[] := p_chats;
  v_receipts text;
  v_reply_ttl interval;
  v_notifier_waits boolean;
  v_saved integer;
  v_queued integer;
begin
  if cardinality(p_chats) > 1 then
    select array_agg(step.chat) into v_latest
    from (
      select distinct on (chat.user_id) chat::wa.chat as chat
      from unnest(p_chats) as chat
      order by chat.user_id asc, chat.answered_at desc
    ) as step;
  end if;

  update public.chat_state as chat
  set
    state = moved.state,
    data = moved.data,
    expires_at = moved.expires_at,
    updated_at = now()
  from unnest(v_latest) as moved
  where chat.user_id = moved.user_id;
  get diagnostics v_saved = row_count;

  if v_saved < cardinality(v_latest) then
    insert into public.chat_state (user_id, state, data, expires_at)
    select moved.user_id, moved.state, moved.data, moved.expires_at
    from unnest(v_latest) as moved
    on conflict (user_id) do nothing;
  end if;

  select
    (select setting.value #>> '{}' from wa.settings as setting where setting.key = 'read_receipts'),
    (
      select make_interval(secs => setting.value::double precision) from wa.settings as setting
      where setting.key = 'reply_ttl_seconds'
    ),
    (select state.notifier_waits from wa.queue_state as state)
  into v_receipts, v_reply_ttl, v_notifier_waits;

  insert into public.notifications
    (user_id, recipient, phone_number_id, payload, priority, send_at, next_attempt_at, expires_at)
  select
    chat.user_id, chat.recipient, chat.phone_number_id, reply.body, 0, chat.answered_at, chat.answered_at,
    chat.answered_at + v_reply_ttl
  from unnest(p_chats) as chat
  cross join lateral jsonb_array_elements(chat.replies) with ordinality as reply (body, position)
  order by chat.answered_at, reply.position;
  get diagnostics v_queued = row_count;

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
'Stores where chats stand, for each user after the latest of these steps, and until when if the state times out, and queues what the steps answered, in order: arrays of Graph API message bodies without recipient. Returns how many notifications it queued. The caller holds the profiles'' locks.';
