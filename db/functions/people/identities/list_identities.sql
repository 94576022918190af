create or replace function wa.list_identities(p_messages wa.message[])
returns table (phone text, bsuid text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select message.phone, message.bsuid
  from unnest(p_messages) as message
  where message.status <> 'invalid_sender'
  union
  select
    wa.normalize_phone(coalesce(message.content #>> '{system,wa_id}', message.content #>> '{system,new_wa_id}')),
    wa.normalize_bsuid(message.content #>> '{system,user_id}')
  from unnest(p_messages) as message
  where message.status <> 'invalid_sender' and message.message_type = 'system';
end
$$;

comment on function wa.list_identities is
'The distinct senders of some messages; those that a system message changes come with their new identity too.';
