create or replace function wa.save_chats(p_chats wa.chat[])
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_only wa.chat;
  v_latest wa.chat[];
  v_answers integer[];
  v_places integer;
  v_receipts text;
  v_reply_ttl interval;
  v_notifier_waits boolean;
  v_may_have_moved boolean;
  v_spacing interval;
  v_burst integer;
  v_is_enough boolean;
  v_saved integer;
  v_queued integer;
  v_now constant timestamptz := now();
  v_until timestamptz;
begin
  if cardinality(p_chats) = 1 then
    v_only := p_chats[1];
  else
    select
      count(distinct (chat.user_id, chat.phone_number_id)),
      array_agg((chat.replies <> '[]')::integer order by chat.ordinality)
    into v_places, v_answers
    from unnest(p_chats) with ordinality as chat;

    v_latest := p_chats;
  end if;

  -- Most are of as many places: to sort them copies all that they hold.
  if v_places < cardinality(p_chats) then
    select
      array_agg(step.chat order by step.user_id, step.phone_number_id),
      array_agg(step.answers order by step.user_id, step.phone_number_id)
    into v_latest, v_answers
    from (
      select distinct on (chat.user_id, chat.phone_number_id)
        chat.user_id,
        chat.phone_number_id,
        chat::wa.chat as chat,
        count(*) filter (where chat.replies <> '[]') over (partition by chat.user_id, chat.phone_number_id) as answers
      from unnest(p_chats) as chat
      order by chat.user_id asc, chat.phone_number_id asc, chat.answered_at desc
    ) as step;
  end if;

  select
    (select setting.value #>> '{}' from wa.settings as setting where setting.key = 'read_receipts'),
    (
      select make_interval(secs => setting.value::double precision) from wa.settings as setting
      where setting.key = 'reply_ttl_seconds'
    ),
    (
      select make_interval(secs => setting.value::double precision) from wa.settings as setting
      where setting.key = 'answers_interval_seconds'
    ),
    (select setting.value::integer from wa.settings as setting where setting.key = 'answers_burst'),
    (select state.notifier_waits from wa.queue_state as state),
    wa.may_have_moved()
  into v_receipts, v_reply_ttl, v_spacing, v_burst, v_notifier_waits, v_may_have_moved;

  if v_may_have_moved then
    perform wa.notice_move();
  end if;

  -- Most calls move one chat. Single rows cost a fraction of the statements for many.
  if v_only.user_id is not null then
    update public.chat_state as chat
    set
      state = v_only.state,
      data = v_only.data,
      expires_at = v_only.expires_at,
      updated_at = v_now,
      -- By UTC, since an update is to come to the same whatever a session's time zone.
      answers_until = case
        when v_only.replies <> '[]' and v_spacing > '0'
          then (greatest(chat.answers_until, v_now) at time zone 'UTC' + v_spacing) at time zone 'UTC'
        else chat.answers_until
      end
    where chat.user_id = v_only.user_id and chat.phone_number_id = coalesce(v_only.phone_number_id, '')
    returning chat.answers_until into v_until;

    if found then
      v_is_enough := v_until > v_now + v_spacing * (v_burst - 1);
    else
      v_latest := p_chats;
      v_answers := array[case when v_only.replies = '[]' then 0 else 1 end];
    end if;
  else
    with saved as (
      update public.chat_state as chat
      set
        state = moved.state,
        data = moved.data,
        expires_at = moved.expires_at,
        updated_at = v_now,
        answers_until = case
          when v_answers[moved.ordinality] > 0 and v_spacing > '0' then (
            greatest(chat.answers_until, v_now) at time zone 'UTC' + v_spacing * v_answers[moved.ordinality]
          ) at time zone 'UTC'
          else chat.answers_until
        end
      from unnest(v_latest) with ordinality as moved
      where chat.user_id = moved.user_id and chat.phone_number_id = coalesce(moved.phone_number_id, '')
        -- A table that was emptied looks as if it were quicker to read as a whole.
        and chat.user_id = any(array(select one.user_id from unnest(v_latest) as one))
      returning chat.answers_until
    )

    select count(*), bool_or(saved.answers_until > v_now + v_spacing * (v_burst - 1)) into v_saved, v_is_enough
    from saved;
  end if;

  if coalesce(v_saved, 0) < cardinality(v_latest) then
    insert into public.chat_state (user_id, phone_number_id, state, data, expires_at, answers_until)
    select
      moved.user_id, coalesce(moved.phone_number_id, ''), moved.state, moved.data, moved.expires_at,
      case when v_answers[moved.ordinality] > 0 then v_now + v_spacing * v_answers[moved.ordinality] end
    from unnest(v_latest) with ordinality as moved
    on conflict (user_id, phone_number_id) do nothing;
    v_is_enough := v_is_enough or v_burst <= any(v_answers);
  end if;

  if v_is_enough then
    perform wa.bound_answers(array_agg(chat.user_id), chat.phone_number_id)
    from unnest(p_chats) as chat
    group by chat.phone_number_id;
  end if;

  -- A replay answers what is too old to be answered otherwise, so that this expires by when it was answered.
  if v_only.user_id is not null and jsonb_array_length(v_only.replies) = 1 then
    insert into public.notifications
      (user_id, recipient, phone_number_id, payload, priority, send_at, next_attempt_at, expires_at)
    values (
      v_only.user_id, v_only.recipient, v_only.phone_number_id, v_only.replies -> 0, 0,
      v_only.answered_at, v_only.answered_at,
      v_reply_ttl + case
        when (v_only.message).sent_at + v_reply_ttl > v_only.answered_at then (v_only.message).sent_at
        else v_only.answered_at
      end
    );
  else
    insert into public.notifications
      (user_id, recipient, phone_number_id, payload, priority, send_at, next_attempt_at, expires_at)
    select
      chat.user_id, chat.recipient, chat.phone_number_id, reply.body, 0, chat.answered_at, chat.answered_at,
      v_reply_ttl + case
        when (chat.message).sent_at + v_reply_ttl > chat.answered_at then (chat.message).sent_at
        else chat.answered_at
      end
    from unnest(p_chats) as chat
    cross join lateral jsonb_array_elements(chat.replies) with ordinality as reply (body, position)
    order by chat.answered_at, reply.position;
  end if;
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
'Stores where chats stand, for each user and business number after the latest of these steps, and until when if the state times out, counts the answers, and queues what the steps answered, in order: arrays of Graph API message bodies without recipient. Falls silent towards a user who got as many answers as the bound allows. Returns how many notifications it queued. The caller holds the profiles'' locks.';
