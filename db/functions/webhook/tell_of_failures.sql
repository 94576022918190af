create or replace function wa.tell_of_failures(p_messages wa.message[], p_failed_at timestamptz[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ttl constant interval := make_interval(secs => wa.get_setting('reply_ttl_seconds')::double precision);
  v_receivers jsonb;
  v_payloads jsonb;
  v_user_ids uuid[];
  v_phone_number_ids text[];
begin
  select
    jsonb_agg(
      jsonb_build_object(
        'position', message.ordinality,
        'wa_message_id', message.wa_message_id,
        'phone_number_id', message.phone_number_id,
        'user_id', profile.user_id,
        'recipient', coalesce(profile.whatsapp_e164, profile.wa_user_id),
        'locale', profile.locale
      )
    )
  into v_receivers
  from unnest(p_messages) with ordinality as message
  -- Each is looked up by its key, however small its table looks to the planner.
  cross join lateral (
    select coalesce(sender.merged_into, sender.user_id) as user_id
    from public.profiles as sender
    where sender.user_id = message.user_id
    limit 1
  ) as survivor
  cross join lateral (
    select one.*
    from public.profiles as one
    where one.user_id = survivor.user_id
    limit 1
  ) as profile
  where profile.opted_out_at is null and message.status <> 'unanswered';

  -- Said once for each language.
  select jsonb_object_agg(spoken.locale, wa.build_text(wa.get_text('error.failed', spoken.locale))) into v_payloads
  from (
    select distinct receiver.locale from jsonb_to_recordset(v_receivers) as receiver (locale text)
  ) as spoken;

  perform wa.notice_move();

  with told as (
    insert into public.notifications (
      user_id, recipient, phone_number_id, payload, dedupe_key, send_at, next_attempt_at, expires_at
    )
    select
      receiver.user_id,
      receiver.recipient,
      receiver.phone_number_id,
      v_payloads -> receiver.locale,
      'failed:' || receiver.wa_message_id,
      p_failed_at[receiver.position],
      p_failed_at[receiver.position],
      p_failed_at[receiver.position] + v_ttl
    from jsonb_to_recordset(v_receivers) as receiver (
      position integer, wa_message_id text, phone_number_id text, user_id uuid, recipient text, locale text
    )
    order by receiver.position
    on conflict (dedupe_key) do nothing
    returning notifications.user_id, notifications.phone_number_id
  )

  select array_agg(told.user_id), array_agg(told.phone_number_id) into v_user_ids, v_phone_number_ids
  from told;

  if v_user_ids is not null then
    perform wa.wake_notifier();
    perform wa.count_answers(v_user_ids, v_phone_number_ids);
  end if;
exception
  when assert_failure or others then
    if wa.is_worth_retrying(sqlstate) then
      raise;
    end if;

    if cardinality(p_messages) > 1 then
      for v_position in 1..cardinality(p_messages) loop
        perform wa.tell_of_failures(p_messages[v_position:v_position], p_failed_at[v_position:v_position]);
      end loop;
    else
      -- The failed message is kept in any case; a missing text must not cost the messages beside it.
      perform wa.emit_event('FAILURE_NOT_TOLD', jsonb_build_object('sqlstate', sqlstate), 'error');
    end if;
end
$$;

comment on function wa.tell_of_failures is
'Queues a word to the sender of each message that something went wrong, behind what was answered before it failed: once for a message, however often it is replayed.';
