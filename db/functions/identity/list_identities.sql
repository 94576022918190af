create or replace function wa.list_identities(p_messages wa.received_message[])
returns table (phone text, bsuid text, is_settled boolean)
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  with identity as (
    select distinct message.phone, message.bsuid, message.message_type = 'system' as is_changing
    from unnest(p_messages) as message
    where message.disposition <> 'invalid_sender'
    union
    select
      wa.normalize_phone(coalesce(message.content #>> '{system,wa_id}', message.content #>> '{system,new_wa_id}')),
      wa.normalize_bsuid(message.content #>> '{system,user_id}'),
      true
    from unnest(p_messages) as message
    where message.disposition <> 'invalid_sender' and message.message_type = 'system'
  )

  select
    identity.phone,
    identity.bsuid,
    not identity.is_changing
    and case
      when identity.bsuid is null then by_phone.user_id is not null
      when identity.phone is null then by_bsuid.user_id is not null
      else by_bsuid.user_id is not null and by_bsuid.whatsapp_e164 is not distinct from identity.phone
    end
  from identity
  left join public.profiles as by_bsuid on by_bsuid.wa_user_id = identity.bsuid
  left join public.profiles as by_phone
    on by_phone.phone_lookup_key = wa.phone_lookup_key(identity.phone)
    and by_phone.whatsapp_e164 = identity.phone;
end
$$;

comment on function wa.list_identities(wa.received_message[]) is
'The distinct senders of some messages, and whether each is settled: one profile says exactly what the payload says. Senders that a system message changes are never settled, and come with their new identity.';

revoke all on function wa.list_identities(wa.received_message[]) from public;
grant execute on function wa.list_identities(wa.received_message[]) to wa_runtime;
