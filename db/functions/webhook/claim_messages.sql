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
begin
  -- Most calls hold one message. Single rows cost a fraction of the statements below.
  if cardinality(p_messages) = 1 then
    insert into public.wa_events (wa_message_id, user_id, phone_number_id, message_type, status, sent_at)
    values (
      p_messages[1].wa_message_id, p_messages[1].user_id, p_messages[1].phone_number_id, p_messages[1].message_type,
      p_messages[1].status, p_messages[1].sent_at
    )
    on conflict (wa_message_id) do nothing;

    if not found then
      return array[]::wa.message[];
    end if;

    if p_messages[1].opens_window then
      update public.profiles as profile
      set
        last_inbound_at = greatest(profile.last_inbound_at, p_messages[1].sent_at),
        display_name = case
          when p_messages[1].sent_at < profile.display_name_at then profile.display_name
          else coalesce(p_messages[1].display_name, profile.display_name)
        end,
        display_name_at = case
          when p_messages[1].display_name is null then profile.display_name_at
          else greatest(profile.display_name_at, p_messages[1].sent_at)
        end,
        updated_at = now()
      where profile.user_id = p_messages[1].user_id
      returning array[profile.user_id] into v_user_ids;
    end if;
  else
    with claim as (
      insert into public.wa_events (wa_message_id, user_id, phone_number_id, message_type, status, sent_at)
      select
        message.wa_message_id, message.user_id, message.phone_number_id, message.message_type, message.status,
        message.sent_at
      from unnest(p_messages) as message
      order by message.wa_message_id collate "C", message.sequence
      on conflict (wa_message_id) do nothing
      returning wa_message_id
    )

    select array_agg(claim.wa_message_id) into v_new_ids
    from claim;

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

    -- The 24-hour window opens for everyone who just wrote.
    with latest as (
      select
        claimed.user_id,
        max(claimed.sent_at) as sent_at,
        max(claimed.sent_at) filter (where claimed.display_name is not null) as named_at,
        (
          array_agg(claimed.display_name order by claimed.sent_at desc, claimed.sequence desc) filter (
            where claimed.display_name is not null
          )
        )[1] as display_name
      from unnest(v_claimed) as claimed
      where claimed.opens_window and claimed.user_id is not null
      group by claimed.user_id
    ),

    noted as (
      update public.profiles as profile
      set
        last_inbound_at = greatest(profile.last_inbound_at, latest.sent_at),
        display_name = case
          when latest.named_at < profile.display_name_at then profile.display_name
          else coalesce(latest.display_name, profile.display_name)
        end,
        display_name_at = greatest(profile.display_name_at, latest.named_at),
        updated_at = now()
      from latest
      where profile.user_id = latest.user_id
      returning profile.user_id
    )

    select array_agg(noted.user_id) into v_user_ids
    from noted;
  end if;

  if v_user_ids is not null and wa.is_awaited(v_user_ids) then
    perform wa.release_waiting(v_user_ids);
  end if;
  return v_claimed;
end
$$;

comment on function wa.claim_messages is
'Records the messages that nobody has recorded before, with their final status, and returns just these, oldest first; opens the 24-hour window of their senders, keeps the name that they went by last, and lets what waited for them go. Waits for a transaction that is recording one of them now.';
