create or replace function wa.claim_events(p_messages wa.received_message[])
returns wa.received_message[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_claimed wa.received_message[];
  v_user_ids uuid[];
  v_are_awaited boolean;
begin
  with message as materialized (
    select distinct on (message.wa_message_id) message.*
    from unnest(p_messages) as message
    order by message.wa_message_id, message.sequence
  ),

  claim as (
    insert into public.wa_events (wa_message_id, user_id, phone_number_id, message_type, status, sent_at)
    select wa_message_id, user_id, phone_number_id, message_type, disposition, sent_at
    from message
    order by wa_message_id
    on conflict (wa_message_id) do nothing
    returning wa_message_id
  ),

  claimed as materialized (
    select message.*
    from message
    inner join claim on claim.wa_message_id = message.wa_message_id
  ),

  latest as (
    select distinct on (claimed.user_id) claimed.user_id, claimed.sent_at, claimed.display_name
    from claimed
    where claimed.opens_window and claimed.user_id is not null
    order by claimed.user_id asc, claimed.sent_at desc, claimed.sequence desc
  ),

  -- The 24-hour window opens for everyone who just wrote.
  noted as (
    update public.profiles as profile
    set
      last_inbound_at = greatest(profile.last_inbound_at, latest.sent_at),
      display_name = coalesce(latest.display_name, profile.display_name),
      updated_at = now()
    from latest
    where profile.user_id = latest.user_id
    returning profile.user_id
  ),

  sender as materialized (
    select array_agg(noted.user_id) as user_ids
    from noted
  )

  select
    (
      select coalesce(array_agg(claimed::wa.received_message order by claimed.sent_at, claimed.sequence), '{}')
      from claimed
    ),
    sender.user_ids,
    -- Nothing waits for most users, and looking costs less than updating nothing. Counted, since for exists the
    -- planner may hope to meet a waiting one soon in the whole table.
    (
      select count(*) > 0 from public.notifications as waiting
      where waiting.user_id = any(sender.user_ids) and waiting.waiting_for is not null
    )
    or (
      select count(*) > 0 from wa.recipient_blocks as block
      where block.user_id = any(sender.user_ids) and block.ends_when_user_writes
    )
  into v_claimed, v_user_ids, v_are_awaited
  from sender;

  if v_are_awaited then
    perform wa.release_waiting(v_user_ids);
  end if;
  return v_claimed;
end
$$;

comment on function wa.claim_events(wa.received_message[]) is
'Records the messages that nobody has recorded before, with their final status, and returns just these, oldest first; opens the 24-hour window of their senders, keeps the name they go by, and lets what waited for them go. Waits for a transaction that is recording one of them now.';

revoke all on function wa.claim_events(wa.received_message[]) from public;
grant execute on function wa.claim_events(wa.received_message[]) to wa_runtime;
