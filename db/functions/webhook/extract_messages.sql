create or replace function wa.extract_messages(p_payload jsonb)
returns wa.received_message[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_prefixes jsonb;
  v_entries jsonb;
  v_changes jsonb;
  v_value jsonb;
  v_contacts jsonb;
  v_bodies jsonb;
  v_message jsonb;
  v_contact jsonb;
  v_type text;
  v_phone text;
  v_bsuid text;
  v_sequence bigint := 0;
  v_messages wa.received_message[];
begin
  -- Loops and not one query: most payloads hold one message, and starting a large query costs more than running it.
  if not jsonb_path_exists(p_payload, '$[*].entry[*].changes[*].value.messages[*]') then
    return null;
  end if;

  v_prefixes := wa.get_setting('allowed_phone_prefixes');
  v_entries := jsonb_path_query_array(p_payload, '$[*].entry[*]');

  for v_entry in 0..jsonb_array_length(v_entries) - 1 loop
    v_changes := jsonb_path_query_array(v_entries -> v_entry, '$.changes[*] ? (@.field == "messages")');

    for v_change in 0..jsonb_array_length(v_changes) - 1 loop
      v_value := v_changes -> v_change -> 'value';
      v_contacts := wa.index_contacts(jsonb_path_query_array(v_value, '$.contacts[*]'));
      v_bodies := jsonb_path_query_array(v_value, '$.messages[*]');

      for v_position in 0..jsonb_array_length(v_bodies) - 1 loop
        v_message := v_bodies -> v_position;
        v_type := v_message ->> 'type';
        continue when not coalesce(v_message ->> 'id' <> '' and v_type <> '', false);

        v_contact := coalesce(v_contacts -> (v_message ->> 'from_user_id'), v_contacts -> (v_message ->> 'from'));
        v_phone := coalesce(
          wa.normalize_phone(v_message ->> 'from'),
          wa.normalize_phone(v_message #>> '{system,customer}'),
          wa.normalize_phone(v_contact ->> 'wa_id')
        );
        -- Whom a system message is about is named by the old id or number; the new id is what it tells.
        v_bsuid := coalesce(
          wa.normalize_bsuid(v_message #>> '{system,previous_user_id}'),
          wa.normalize_bsuid(nullif(v_message ->> 'from_user_id', v_message #>> '{system,user_id}')),
          wa.normalize_bsuid(nullif(v_contact ->> 'user_id', v_message #>> '{system,user_id}')),
          case when v_phone is null then wa.normalize_bsuid(v_message #>> '{system,user_id}') end
        );
        v_sequence := v_sequence + 1;

        v_messages := v_messages || (
          v_message ->> 'id',
          v_entries -> v_entry ->> 'id',
          v_value #>> '{metadata,phone_number_id}',
          v_type,
          case
            when coalesce(v_phone, v_bsuid) is null then 'invalid_sender'
            when v_prefixes <> '[]' and not wa.may_write(v_phone, v_bsuid, v_prefixes) then 'invalid_sender'
            else wa.choose_disposition(v_message)
          end,
          coalesce(v_message ->> 'group_id', '') = '' and v_type not in ('reaction', 'system', 'edit', 'revoke'),
          case
            when v_message ->> 'timestamp' ~ '^[0-9]{1,11}$' then to_timestamp((v_message ->> 'timestamp')::bigint)
            else now()
          end,
          v_sequence,
          v_phone,
          v_bsuid,
          coalesce(
            wa.normalize_parent_bsuid(v_message #>> '{system,previous_parent_user_id}'),
            wa.normalize_parent_bsuid(v_message ->> 'from_parent_user_id'),
            wa.normalize_parent_bsuid(v_contact ->> 'parent_user_id')
          ),
          nullif(left(btrim(v_contact #>> '{profile,name}'), 256), ''),
          coalesce(
            v_message #>> '{text,body}',
            v_message #>> '{button,text}',
            v_message #>> '{interactive,button_reply,title}',
            v_message #>> '{interactive,list_reply,title}',
            v_message #>> '{interactive,nfm_reply,body}',
            v_message #>> array[v_type, 'caption'],
            v_message #>> '{order,text}'
          ),
          coalesce(
            v_message #>> '{button,payload}',
            v_message #>> '{interactive,button_reply,id}',
            v_message #>> '{interactive,list_reply,id}'
          ),
          v_message,
          v_contact,
          null
        )::wa.received_message;
      end loop;
    end loop;
  end loop;
  return v_messages;
end
$$;

comment on function wa.extract_messages is
'The messages of one webhook body or an array of bodies, normalized, in the order of the payload; null when there are none. A message is matched to its contact by id, never by position.';
