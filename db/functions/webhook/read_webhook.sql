create or replace function wa.read_webhook(
  p_payload jsonb,
  out messages wa.message[],
  out statuses jsonb,
  out rest jsonb
)
returns record
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  c_known constant text[] := array['messaging_product', 'metadata', 'contacts', 'messages', 'statuses'];
  v_prefixes jsonb;
  v_entries jsonb;
  v_entry jsonb;
  v_changes jsonb;
  v_change jsonb;
  v_field text;
  v_value jsonb;
  v_number text;
  v_contacts jsonb;
  v_bodies jsonb;
  v_body jsonb;
  v_sequence bigint := 0;
  v_statuses jsonb[];
  v_others jsonb[];
  v_rest jsonb[];
begin
  -- Paths step into arrays by themselves, so that the type of each part is asked first.
  if (p_payload @@ '
    exists($[*])
    && !exists($[*].type() ? (@ != "object"))
    && !exists($[*].object.type() ? (@ != "string"))
    && !exists($[*] ? (!(@.object == "whatsapp_business_account" && @.entry.type() == "array")))
  ') is not true then
    raise exception using
      errcode = 'WA001',
      message = 'the payload is not a WhatsApp webhook',
      detail = 'Expected an object with "object": "whatsapp_business_account" and an array "entry", or an array of such objects.',
      hint = 'Check that the callback URL is subscribed to a WhatsApp Business Account, not to another Graph object.';
  end if;

  -- Loops and not one query: most payloads hold one message, and starting a large query costs more than running it.
  v_prefixes := wa.get_setting('allowed_phone_prefixes');
  v_entries := jsonb_path_query_array(p_payload, '$[*].entry[*]');

  for v_entry_at in 0..jsonb_array_length(v_entries) - 1 loop
    v_entry := v_entries -> v_entry_at;
    v_changes := v_entry -> 'changes';

    if jsonb_typeof(v_changes) is distinct from 'array' then
      v_changes := jsonb_path_query_array(v_entry, '$.changes[*]');
    end if;

    if v_changes = '[]' then
      v_rest := v_rest || jsonb_build_object('waba_id', v_entry ->> 'id', 'path', 'entry', 'body', v_entry);
    end if;

    for v_change_at in 0..jsonb_array_length(v_changes) - 1 loop
      v_change := v_changes -> v_change_at;
      v_field := v_change ->> 'field';
      v_value := v_change -> 'value';
      v_others := null;

      -- It becomes part of the address that a reply is posted to.
      v_number := v_value #>> '{metadata,phone_number_id}';
      if v_number !~ '^[0-9]+$' or char_length(v_number) > 32 then
        v_number := null;
      end if;

      if v_field = 'messages' then
        v_bodies := jsonb_path_query_array(v_value, '$.messages[*]');

        if jsonb_array_length(v_bodies) > 0 then
          v_contacts := jsonb_path_query_array(v_value, '$.contacts[*]');

          -- By number and by BSUID: with thousands of contacts, comparing each would take for ever.
          if jsonb_array_length(v_contacts) = 1 then
            v_contacts := jsonb_build_object(
              coalesce(v_contacts #>> '{0,user_id}', ''), v_contacts -> 0,
              coalesce(v_contacts #>> '{0,wa_id}', ''), v_contacts -> 0
            );
          else
            select jsonb_object_agg(name.value, contact.body) into v_contacts
            from jsonb_array_elements(v_contacts) as contact (body)
            cross join lateral (values (contact.body ->> 'user_id'), (contact.body ->> 'wa_id')) as name (value)
            where name.value is not null;
          end if;
        end if;

        for v_position in 0..jsonb_array_length(v_bodies) - 1 loop
          v_body := v_bodies -> v_position;

          if (v_body ->> 'type' = 'text' and v_body ->> 'id' <> '') is not true then
            if not wa.is_known_message(v_body) then
              v_others := v_others || jsonb_build_object('path', 'entry.changes.value.messages', 'body', v_body);
            end if;

            continue when (v_body ->> 'type' <> '' and v_body ->> 'id' <> '') is not true;
          end if;

          v_sequence := v_sequence + 1;
          messages := messages || wa.read_message(
            v_body,
            coalesce(
              v_contacts -> nullif(v_body ->> 'from_user_id', ''), v_contacts -> nullif(v_body ->> 'from', '')
            ),
            v_entry ->> 'id',
            v_number,
            v_sequence,
            v_prefixes
          );
        end loop;

        if v_value @? '$.statuses[*]' then
          v_bodies := jsonb_path_query_array(v_value, '$.statuses[*]');

          for v_position in 0..jsonb_array_length(v_bodies) - 1 loop
            v_body := v_bodies -> v_position;

            if jsonb_typeof(v_body) = 'object' then
              v_statuses := v_statuses || (v_body || jsonb_build_object('phone_number_id', v_number));
            else
              v_others := v_others || jsonb_build_object('path', 'entry.changes.value.statuses', 'body', v_body);
            end if;
          end loop;
        end if;

        v_body := case jsonb_typeof(v_value)
          when 'object' then v_value - c_known
          else jsonb_build_object('value', v_value)
        end;
        if v_body <> '{}' then
          v_others := v_others || jsonb_build_object('path', 'entry.changes.value', 'body', v_body);
        end if;
      elsif v_field is null then
        v_others := array[jsonb_build_object('path', 'entry.changes', 'body', v_change)];
      else
        v_others := array[jsonb_build_object('path', 'entry.changes.value', 'body', v_value)];
      end if;

      if v_others is not null then
        v_rest := v_rest || array(
          select
            jsonb_build_object(
              'waba_id', v_entry ->> 'id', 'time', v_entry -> 'time', 'field', v_field, 'phone_number_id', v_number
            ) || other.item
          from unnest(v_others) as other (item)
        );
      end if;
    end loop;
  end loop;

  statuses := to_jsonb(v_statuses);
  rest := to_jsonb(v_rest);
end
$$;

comment on function wa.read_webhook is
'What one webhook body, or an array of bodies, holds, in its order and null where there is none: the messages, normalized; the statuses as Meta sent them, each with its phone_number_id; and the rest, an array of objects with body, its path in the payload, and the waba_id, time, field and phone_number_id it came with: other webhook fields, Meta''s error notes, and what we do not know. A message is matched to its contact by id, never by position; a phone_number_id that is not digits counts as none. Raises WA001 when the payload is no webhook.';
