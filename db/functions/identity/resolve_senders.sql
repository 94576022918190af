create or replace function wa.resolve_senders(p_messages wa.received_message[], p_statuses jsonb)
returns wa.received_message[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_resolved wa.received_message[];
  v_are_settled boolean;
begin
  -- A sender is settled when one profile says exactly what the payload says. That of a system message changes.
  select
    array_agg(
      (
        message.wa_message_id, message.waba_id, message.phone_number_id, message.message_type,
        message.disposition, message.opens_window, message.sent_at, message.sequence, message.phone,
        message.bsuid, message.parent_bsuid, message.display_name, message.body, message.reply_id,
        message.content, message.contact, sender.user_id
      )::wa.received_message
      order by message.sequence
    ),
    coalesce(bool_and(sender.user_id is not null or message.disposition = 'invalid_sender'), true)
  into v_resolved, v_are_settled
  from unnest(p_messages) as message
  left join public.profiles as by_bsuid on by_bsuid.wa_user_id = message.bsuid
  left join public.profiles as by_phone
    on by_phone.whatsapp_e164 = message.phone
    and message.bsuid is null
  cross join lateral (
    select
      case
        when message.disposition = 'invalid_sender' or message.message_type = 'system' then null
        when message.bsuid is null then by_phone.user_id
        when message.phone is null or message.phone = by_bsuid.whatsapp_e164 then by_bsuid.user_id
      end as user_id
  ) as sender;

  if v_are_settled and p_statuses is not null then
    v_are_settled := not exists (select from wa.list_status_identities(p_statuses));
  end if;

  if not v_are_settled then
    return wa.settle_senders(p_messages, p_statuses);
  end if;

  if v_resolved is not null then
    perform wa.lock_senders(v_resolved);
  end if;
  return v_resolved;
end
$$;

comment on function wa.resolve_senders(wa.received_message[], jsonb) is
'Fills in the sender''s profile of every message and locks these profiles until the transaction ends, so that one user''s messages take effect one at a time; learns from statuses that name both a number and a BSUID. Every call takes its locks in one order: identities that are not settled, then profiles by user_id.';

revoke all on function wa.resolve_senders(wa.received_message[], jsonb) from public;
grant execute on function wa.resolve_senders(wa.received_message[], jsonb) to wa_runtime;
