create or replace function wa.claim_events(p_messages wa.received_message[])
returns wa.received_message[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_claimed wa.received_message[];
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
  )

  select coalesce(array_agg(message::wa.received_message order by message.sent_at, message.sequence), '{}')
  into v_claimed
  from message
  inner join claim on claim.wa_message_id = message.wa_message_id;

  return v_claimed;
end
$$;

comment on function wa.claim_events(wa.received_message[]) is
'Records the messages that nobody has recorded before, with their final status, and returns just these, oldest first. Waits for a transaction that is recording one of them now.';

revoke all on function wa.claim_events(wa.received_message[]) from public;
grant execute on function wa.claim_events(wa.received_message[]) to wa_runtime;
