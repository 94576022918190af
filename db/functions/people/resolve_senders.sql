create or replace function wa.resolve_senders(p_messages wa.received_message[], p_statuses jsonb)
returns wa.received_message[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_resolved wa.received_message[];
  v_are_settled boolean := p_messages is null;
  v_are_unchanged boolean;
begin
  -- Most calls hold one message. To look for its sender alone costs a fraction of the statement below.
  if cardinality(p_messages) = 1 and p_statuses is null then
    v_resolved := p_messages;
    v_resolved[1].user_id := wa.lock_settled_sender(p_messages[1]);

    if v_resolved[1].user_id is null and v_resolved[1].disposition <> 'invalid_sender' then
      return wa.settle_senders(p_messages, p_statuses);
    end if;
    return v_resolved;
  end if;

  if p_messages is not null then
    -- A sender is settled when one profile says exactly what the payload says. That of a system message changes.
    with message as materialized (
      select
        message.*,
        case
          when message.disposition = 'invalid_sender' or message.message_type = 'system' then null
          when message.bsuid is null then by_phone.user_id
          when message.phone is null or message.phone = by_bsuid.whatsapp_e164 then by_bsuid.user_id
        end as settled_id
      from unnest(p_messages) as message
      left join public.profiles as by_bsuid on by_bsuid.wa_user_id = message.bsuid
      left join public.profiles as by_phone
        on by_phone.whatsapp_e164 = message.phone
        and message.bsuid is null
    ),

    settled as materialized (
      select bool_and(message.settled_id is not null or message.disposition = 'invalid_sender') as are_all
      from message
    ),

    locked as materialized (
      select profile.user_id, profile.whatsapp_e164, profile.wa_user_id
      from public.profiles as profile
      where profile.user_id = any(array(select message.settled_id from message))
        and (select settled.are_all from settled)
      order by profile.user_id
      for no key update
    )

    select
      array_agg(
        (
          message.wa_message_id, message.waba_id, message.phone_number_id, message.message_type,
          message.disposition, message.opens_window, message.sent_at, message.sequence, message.phone,
          message.bsuid, message.parent_bsuid, message.display_name, message.body, message.reply_id,
          message.content, message.contact, message.settled_id
        )::wa.received_message
        order by message.sequence
      ),
      (select settled.are_all from settled),
      bool_and(
        message.settled_id is null
        or (
          coalesce(locked.whatsapp_e164 = message.phone, message.phone is null)
          and coalesce(locked.wa_user_id = message.bsuid, message.bsuid is null)
        )
      )
    into v_resolved, v_are_settled, v_are_unchanged
    from message
    left join locked on locked.user_id = message.settled_id;
  end if;

  if v_are_settled and p_statuses is not null then
    v_are_settled := not exists (select from wa.list_status_identities(p_statuses));
  end if;

  if not v_are_settled then
    return wa.settle_senders(p_messages, p_statuses);
  end if;

  if not v_are_unchanged then
    raise exception using
      errcode = '40001',
      message = 'a sender''s profile changed while it was being locked',
      hint = 'Nothing was committed. Call again.';
  end if;
  return v_resolved;
end
$$;

comment on function wa.resolve_senders is
'Fills in the sender''s profile of every message and locks these profiles until the transaction ends, so that one user''s messages take effect one at a time; learns from statuses that name both a number and a BSUID. Every call takes its locks in one order: identities that are not settled, then profiles by user_id. Raises 40001 when a profile was merged or renamed just before its lock was granted.';
