create or replace function wa.extract_messages(p_payload jsonb)
returns wa.received_message[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_prefixes constant jsonb := wa.get_setting('allowed_phone_prefixes');
  v_contacts jsonb;
begin
  -- Looked up by name in one object: with thousands of contacts, comparing each would take for ever.
  select jsonb_object_agg(name.value, contact.body) into v_contacts
  from jsonb_path_query(p_payload, '$[*].entry[*].changes[*] ? (@.field == "messages").value.contacts[*]') as contact (body)
  cross join lateral (values (contact.body ->> 'user_id'), (contact.body ->> 'wa_id')) as name (value)
  where name.value <> '';

  return (
    -- Materialized, so that what is large is not carried along with every message.
    with change as materialized (
      select
        entry.body ->> 'id' as waba_id,
        change.body #>> '{value,metadata,phone_number_id}' as phone_number_id,
        change.body -> 'value' as value,
        row_number() over (order by entry.position, change.position) as number
      from jsonb_path_query(p_payload, '$[*].entry[*]') with ordinality as entry (body, position)
      cross join lateral jsonb_path_query(entry.body, '$.changes[*] ? (@.field == "messages")')
        with ordinality as change (body, position)
    ),

    message as (
      select
        change.waba_id,
        change.phone_number_id,
        message.body,
        message.body ->> 'type' as type,
        coalesce(
          v_contacts -> (message.body ->> 'from_user_id'), v_contacts -> (message.body ->> 'from')
        ) as contact,
        row_number() over (order by change.number, message.position) as sequence
      from change
      cross join lateral jsonb_path_query(change.value, '$.messages[*]') with ordinality as message (body, position)
      where message.body ->> 'id' <> '' and message.body ->> 'type' <> ''
    ),

    sender as (
      select
        message.*,
        number.phone,
        -- Whom a system message is about is named by the old id or number; the new id is what it tells.
        coalesce(
          wa.normalize_bsuid(message.body #>> '{system,previous_user_id}'),
          wa.normalize_bsuid(nullif(message.body ->> 'from_user_id', message.body #>> '{system,user_id}')),
          wa.normalize_bsuid(nullif(message.contact ->> 'user_id', message.body #>> '{system,user_id}')),
          case when number.phone is null then wa.normalize_bsuid(message.body #>> '{system,user_id}') end
        ) as bsuid
      from message
      cross join lateral (
        select
          coalesce(
            wa.normalize_phone(message.body ->> 'from'),
            wa.normalize_phone(message.body #>> '{system,customer}'),
            wa.normalize_phone(message.contact ->> 'wa_id')
          ) as phone
      ) as number
    )

    select
      array_agg(
        (
          sender.body ->> 'id',
          sender.waba_id,
          sender.phone_number_id,
          sender.type,
          case
            when not wa.may_write(sender.phone, sender.bsuid, v_prefixes) then 'invalid_sender'
            else wa.choose_disposition(sender.body)
          end,
          coalesce(sender.body ->> 'group_id', '') = '' and sender.type not in ('reaction', 'system', 'edit', 'revoke'),
          case
            when sender.body ->> 'timestamp' ~ '^[0-9]{1,11}$' then to_timestamp((sender.body ->> 'timestamp')::bigint)
            else now()
          end,
          sender.sequence,
          sender.phone,
          sender.bsuid,
          coalesce(
            wa.normalize_parent_bsuid(sender.body #>> '{system,previous_parent_user_id}'),
            wa.normalize_parent_bsuid(sender.body ->> 'from_parent_user_id'),
            wa.normalize_parent_bsuid(sender.contact ->> 'parent_user_id')
          ),
          nullif(left(btrim(sender.contact #>> '{profile,name}'), 256), ''),
          coalesce(
            sender.body #>> '{text,body}',
            sender.body #>> '{button,text}',
            sender.body #>> '{interactive,button_reply,title}',
            sender.body #>> '{interactive,list_reply,title}',
            sender.body #>> '{interactive,nfm_reply,body}',
            sender.body #>> array[sender.type, 'caption'],
            sender.body #>> '{order,text}'
          ),
          coalesce(
            sender.body #>> '{button,payload}',
            sender.body #>> '{interactive,button_reply,id}',
            sender.body #>> '{interactive,list_reply,id}'
          ),
          sender.body,
          sender.contact,
          null
        )::wa.received_message
        order by sender.sequence
      )
    from sender
  );
end
$$;

comment on function wa.extract_messages(jsonb) is
'The messages of one webhook body or an array of bodies, normalized, in the order of the payload; null when there are none. A message is matched to its contact by id, never by position.';

revoke all on function wa.extract_messages(jsonb) from public;
grant execute on function wa.extract_messages(jsonb) to wa_runtime;
