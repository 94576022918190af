create or replace function wa.claim_messages(p_messages wa.message[])
returns wa.message[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_new_ids text[];
  v_claimed wa.message[] := p_messages;
  v_user_ids uuid[];
  v_phone_number_ids text[];
  v_opened integer;
  v_are_awaited boolean;
  v_is_renamed boolean;
  v_content jsonb;
  v_is_kept boolean;
  v_new_id text;
begin
  -- Most calls hold one message. Single rows cost a fraction of the statements below.
  if cardinality(p_messages) = 1 then
    if p_messages[1].status = 'processed' and p_messages[1].opens_window then
      select p_messages[1].content into v_content
      from wa.settings as setting
      where setting.key = 'message_history' and setting.value = '"events"';
    end if;

    insert into public.wa_events (wa_message_id, user_id, phone_number_id, message_type, status, sent_at, payload)
    values (
      p_messages[1].wa_message_id, p_messages[1].user_id, p_messages[1].phone_number_id, p_messages[1].message_type,
      p_messages[1].status, p_messages[1].sent_at, v_content
    )
    on conflict (wa_message_id) do nothing;

    if not found then
      return array[]::wa.message[];
    end if;

    if p_messages[1].opens_window and p_messages[1].user_id is not null then
      v_user_ids := array[p_messages[1].user_id];
      v_phone_number_ids := array[coalesce(p_messages[1].phone_number_id, '')];

      -- Most go by the name that is known, and nothing waits for them: asked together with what is written anyway.
      update wa.service_windows as service
      set
        last_inbound_at = greatest(service.last_inbound_at, p_messages[1].sent_at),
        named_at = greatest(
          service.named_at, case when p_messages[1].display_name is not null then p_messages[1].sent_at end
        )
      where service.user_id = p_messages[1].user_id
        and service.phone_number_id = v_phone_number_ids[1]
      returning
        exists (
          select from public.notifications as waiting
          where waiting.user_id = service.user_id and waiting.waiting_for is not null
        )
        or exists (
          select from wa.recipient_blocks as block
          where block.user_id = service.user_id and block.ends_when_user_writes
        ),
        (
          select p_messages[1].display_name <> coalesce(profile.display_name, '')
          from public.profiles as profile
          where profile.user_id = service.user_id
        )
      into v_are_awaited, v_is_renamed;

      if not found then
        insert into wa.service_windows (user_id, phone_number_id, last_inbound_at, named_at)
        values (
          p_messages[1].user_id, v_phone_number_ids[1], p_messages[1].sent_at,
          case when p_messages[1].display_name is not null then p_messages[1].sent_at end
        )
        on conflict (user_id, phone_number_id) do nothing;

        v_are_awaited := wa.is_awaited(v_user_ids);
        v_is_renamed := true;
      end if;

      if v_is_renamed then
        update public.profiles as profile
        set
          display_name = p_messages[1].display_name,
          display_name_at = p_messages[1].sent_at,
          updated_at = now()
        where profile.user_id = p_messages[1].user_id
          and p_messages[1].display_name <> coalesce(profile.display_name, '')
          and p_messages[1].sent_at >= greatest(
            profile.display_name_at,
            (select max(service.named_at) from wa.service_windows as service where service.user_id = profile.user_id),
            '-infinity'
          );
      end if;
    end if;
  else
    v_is_kept := exists (
      select from wa.settings as setting
      where setting.key = 'message_history' and setting.value = '"events"'
    );

    -- Alone in its statement: where tables are kept on several servers, others would be told what it returns.
    for v_new_id in
      insert into public.wa_events (
        wa_message_id, user_id, phone_number_id, message_type, status, sent_at, received_at, payload
      )
      select
        message.wa_message_id, message.user_id, message.phone_number_id, message.message_type, message.status,
        message.sent_at,
        -- Meta's clock knows seconds: what comes together is told in the order in which it takes effect.
        now() + row_number() over (order by message.sent_at, message.sequence) * interval '1 microsecond',
        case when v_is_kept and message.status = 'processed' and message.opens_window then message.content end
      from unnest(p_messages) as message
      order by message.wa_message_id collate "C", message.sequence
      on conflict (wa_message_id) do nothing
      returning wa_message_id
    loop
      v_new_ids := v_new_ids || v_new_id;
    end loop;

    if v_new_ids is null then
      return array[]::wa.message[];
    end if;

    if cardinality(v_new_ids) = cardinality(p_messages) then
      select array_agg(message order by message.sent_at, message.sequence) into v_claimed
      from unnest(p_messages) as message;
    else
      -- Of two with one id in a payload the first counts.
      select array_agg(message::wa.message order by message.sent_at, message.sequence) into v_claimed
      from (
        select distinct on (message.wa_message_id collate "C") message.*
        from unnest(p_messages) as message
        inner join unnest(v_new_ids) as new (wa_message_id) on new.wa_message_id = message.wa_message_id
        order by message.wa_message_id collate "C", message.sequence
      ) as message;
    end if;

    -- The 24-hour window opens for everyone who just wrote, with the number that was written to.
    with written as materialized (
      select
        claimed.user_id,
        coalesce(claimed.phone_number_id, '') as phone_number_id,
        claimed.sent_at,
        claimed.sequence,
        claimed.display_name
      from unnest(v_claimed) as claimed
      where claimed.opens_window and claimed.user_id is not null
    ),

    named as (
      update public.profiles as profile
      set
        display_name = latest.display_name,
        display_name_at = latest.sent_at,
        updated_at = now()
      from (
        select distinct on (written.user_id) written.user_id, written.display_name, written.sent_at
        from written
        where written.display_name is not null
        order by written.user_id asc, written.sent_at desc, written.sequence desc
      ) as latest
      where profile.user_id = latest.user_id
        -- A table that was emptied looks as if it were quicker to read as a whole.
        and profile.user_id = any(array(select one.user_id from written as one))
        and latest.display_name <> coalesce(profile.display_name, '')
        and latest.sent_at >= greatest(
          profile.display_name_at,
          (select max(service.named_at) from wa.service_windows as service where service.user_id = profile.user_id),
          '-infinity'
        )
    ),

    latest as materialized (
      select
        written.user_id,
        written.phone_number_id,
        max(written.sent_at) as sent_at,
        max(written.sent_at) filter (where written.display_name is not null) as named_at
      from written
      group by written.user_id, written.phone_number_id
    ),

    opened as (
      update wa.service_windows as service
      set
        last_inbound_at = greatest(service.last_inbound_at, latest.sent_at),
        named_at = greatest(service.named_at, latest.named_at)
      from latest
      where service.user_id = latest.user_id
        and service.phone_number_id = latest.phone_number_id
        and service.user_id = any(array(select one.user_id from latest as one))
      returning service.user_id
    )

    select array_agg(latest.user_id), array_agg(latest.phone_number_id), (select count(*) from opened)
    into v_user_ids, v_phone_number_ids, v_opened
    from latest;

    -- Whoever writes for the first time.
    if v_opened < cardinality(v_user_ids) then
      insert into wa.service_windows (user_id, phone_number_id, last_inbound_at, named_at)
      select
        claimed.user_id, coalesce(claimed.phone_number_id, ''), max(claimed.sent_at),
        max(claimed.sent_at) filter (where claimed.display_name is not null)
      from unnest(v_claimed) as claimed
      where claimed.opens_window and claimed.user_id is not null
      group by claimed.user_id, coalesce(claimed.phone_number_id, '')
      order by claimed.user_id, coalesce(claimed.phone_number_id, '')
      on conflict (user_id, phone_number_id) do nothing;
    end if;

    v_are_awaited := v_user_ids is not null and wa.is_awaited(v_user_ids);
  end if;

  if v_are_awaited then
    perform wa.release_waiting(v_user_ids, v_phone_number_ids);
  end if;

  -- To be asked costs a lone text more than it is worth.
  if cardinality(v_claimed) > 1 or v_claimed[1].message_type <> 'text' then
    perform wa.want_media(v_claimed);
  end if;
  return v_claimed;
end
$$;

comment on function wa.claim_messages is
'Records the messages that nobody has recorded before, with their final status and, if the setting message_history says so, what was written, and returns just these, oldest first; opens the 24-hour window of their senders, keeps the name that they went by last, lets what waited for them go, and asks for media that are to be fetched. Waits for a transaction that is recording one of them now.';
