create or replace function wa.know_senders(p_messages wa.message[], p_statuses jsonb)
returns wa.message[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_messages wa.message[] := p_messages;
  v_user_ids uuid[];
  v_are_known boolean := p_messages is null;
  v_are_unchanged boolean;
begin
  -- Most calls hold one message. To look for its sender alone costs a fraction of the statement below.
  if cardinality(p_messages) = 1 and p_statuses is null then
    v_messages[1].user_id := wa.lock_known_sender(p_messages[1]);

    if v_messages[1].user_id is null and v_messages[1].status <> 'invalid_sender' then
      return wa.establish_senders(p_messages, p_statuses);
    end if;
    return v_messages;
  end if;

  if p_messages is not null then
    -- A sender is known when one profile says exactly what the payload says. That of a system message changes.
    with message as materialized (
      select
        message.sequence, message.phone, message.bsuid, message.status,
        case
          when message.status = 'invalid_sender' or message.message_type = 'system' then null
          when message.bsuid is null then (
            select profile.user_id from public.profiles as profile
            where profile.whatsapp_e164 = message.phone and coalesce(profile.phone_at <= message.sent_at, true)
          )
          else (
            select profile.user_id from public.profiles as profile
            where profile.wa_user_id = message.bsuid
              and (message.phone is null or profile.whatsapp_e164 = message.phone)
          )
        end as known_id
      from unnest(p_messages) as message
    ),

    known as materialized (
      select bool_and(message.known_id is not null or message.status = 'invalid_sender') as are_all
      from message
    ),

    locked as materialized (
      select profile.user_id, profile.whatsapp_e164, profile.wa_user_id
      from public.profiles as profile
      where profile.user_id = any(array(select message.known_id from message))
        and (select known.are_all from known)
      order by profile.user_id
      for no key update
    )

    select
      array_agg(message.known_id order by message.sequence),
      (select known.are_all from known),
      bool_and(
        message.known_id is null
        or (
          coalesce(locked.whatsapp_e164 = message.phone, message.phone is null)
          and coalesce(locked.wa_user_id = message.bsuid, message.bsuid is null)
        )
      )
    into v_user_ids, v_are_known, v_are_unchanged
    from message
    left join locked on locked.user_id = message.known_id;
  end if;

  if v_are_known and p_statuses is not null then
    v_are_known := not exists (select from wa.list_status_identities(p_statuses));
  end if;

  if not v_are_known then
    return wa.establish_senders(p_messages, p_statuses);
  end if;

  if not v_are_unchanged then
    raise exception using
      errcode = '40001',
      message = 'a sender''s profile changed while it was being locked',
      hint = 'Nothing was committed. Call again.';
  end if;

  for v_position in 1..coalesce(cardinality(v_messages), 0) loop
    v_messages[v_position].user_id := v_user_ids[v_position];
  end loop;
  return v_messages;
end
$$;

comment on function wa.know_senders is
'Fills in the sender''s profile of every message and locks these profiles until the transaction ends, so that one user''s messages take effect one at a time; learns from statuses that name both a number and a BSUID. Every call takes its locks in one order: identities that are not known, then profiles by user_id. Raises 40001 when a profile was merged or renamed just before its lock was granted.';
