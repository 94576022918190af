create or replace function wa.read_webhook(
  p_payload jsonb,
  out messages wa.message[],
  out foreign_messages wa.message[],
  out statuses jsonb,
  out rest jsonb,
  out unattributed jsonb
)
returns record
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  c_expected constant text[] := array['messaging_product', 'metadata', 'contacts', 'messages'];
  v_entries jsonb;
  v_entry jsonb;
  v_waba_id text;
  v_empty jsonb[];
  v_changes jsonb;
  v_change jsonb;
  v_field text;
  v_fieldless jsonb[];
  v_value jsonb;
  v_number text;
  -- No number is so called: the first is always looked up.
  v_number_before text := '';
  v_is_known boolean;
  v_is_answered boolean;
  v_is_ours boolean;
  v_home_state text;
  v_prefixes jsonb;
  v_message wa.message;
  v_contacts jsonb;
  v_contacts_by_name jsonb;
  v_contact jsonb;
  v_bodies jsonb;
  v_body jsonb;
  v_nameless jsonb[];
  v_statuses jsonb[];
  v_others jsonb[];
  v_rest jsonb[];
  v_unattributed jsonb[];
  v_framed_at integer;
  v_frame jsonb;
  v_webhooks jsonb[];
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

  -- Loops and not one query: most payloads hold one message, and starting a large query costs more than running it. So
  -- does each expression: what a plain text has nothing of is looked at together. An array is taken out as it is: a path
  -- would build it anew.
  if jsonb_typeof(p_payload) = 'object' then
    v_entries := p_payload -> 'entry';
  elsif p_payload @? '$[*].entry.size() ? (@ != 1)' then
    v_entries := jsonb_path_query_array(p_payload, '$[*].entry[*]');
  end if;

  for v_entry_at in 0..jsonb_array_length(coalesce(v_entries, p_payload)) - 1 loop
    v_entry := coalesce(v_entries -> v_entry_at, p_payload -> v_entry_at -> 'entry' -> 0);
    v_waba_id := v_entry ->> 'id';
    v_changes := case jsonb_typeof(v_entry -> 'changes')
      when 'array' then v_entry -> 'changes'
      else jsonb_path_query_array(v_entry, '$.changes[*]')
    end;

    -- What does not say what it is may come in any number, and is only gathered here.
    if v_changes = '[]' then
      v_empty := v_empty || v_entry;
      continue;
    end if;

    for v_change_at in 0..jsonb_array_length(v_changes) - 1 loop
      v_change := v_changes -> v_change_at;
      v_field := v_change ->> 'field';
      v_value := v_change -> 'value';
      -- It becomes part of the address that a reply is posted to.
      v_number := case
        when v_value #>> '{metadata,phone_number_id}' ~ '^[0-9]+$'
          and char_length(v_value #>> '{metadata,phone_number_id}') <= 32
          then v_value #>> '{metadata,phone_number_id}'
      end;

      if v_field = 'messages' and v_waba_id is distinct from '0' then
        if v_number is distinct from v_number_before then
          v_number_before := v_number;

          select
            true, known.retired_at is null, known.answers, known.home_state,
            coalesce(setting.value, wa.get_setting('allowed_phone_prefixes'))
          into v_is_known, v_is_ours, v_is_answered, v_home_state, v_prefixes
          from wa.numbers as known
          left join wa.settings as setting on setting.key = 'allowed_phone_prefixes'
          where known.phone_number_id = v_number;

          if not found then
            -- While no number is entered, each is ours.
            v_is_known := not exists (select from wa.numbers);
            v_is_ours := v_is_known;
            v_is_answered := true;
            v_prefixes := wa.get_setting('allowed_phone_prefixes');
          end if;
        end if;

        v_bodies := case jsonb_typeof(v_value -> 'messages')
          when 'array' then v_value -> 'messages'
          else jsonb_path_query_array(v_value, '$.messages[*]')
        end;
        v_contacts := case jsonb_typeof(v_value -> 'contacts')
          when 'array' then v_value -> 'contacts'
          else jsonb_path_query_array(v_value, '$.contacts[*]')
        end;

        for v_position in 0..jsonb_array_length(v_bodies) - 1 loop
          v_body := v_bodies -> v_position;

          if (v_body ->> 'type' = 'text' and char_length(v_body ->> 'id') between 1 and 512) is not true then
            -- What is longer than any id is none, and no index would take it.
            if (v_body ->> 'type' <> '' and char_length(v_body ->> 'id') between 1 and 512) is not true then
              v_nameless := v_nameless || v_body;
              continue;
            end if;

            if not wa.is_known_message(v_body) then
              v_others := v_others || jsonb_build_object('path', 'entry.changes.value.messages', 'body', v_body);
            end if;
          end if;

          -- Meta lists contacts in the order of their messages; whoever is not there is looked for by name.
          v_contact := v_contacts -> v_position;

          if (
            v_contact ->> 'wa_id' = v_body ->> 'from'
            and coalesce(v_contact ->> 'user_id' = v_body ->> 'from_user_id', true)
          ) is not true
          then
            if v_contacts_by_name is null and jsonb_array_length(v_contacts) > 1 then
              v_contacts_by_name := wa.index_contacts(v_contacts);
            end if;

            v_contact := case
              when v_contacts <> '[]' then wa.find_contact(
                v_contacts, v_contacts_by_name, v_body ->> 'from', v_body ->> 'from_user_id', v_value
              )
            end;
          end if;

          v_message := wa.read_message(
            v_body,
            v_contact,
            v_waba_id,
            v_number,
            v_home_state,
            coalesce(cardinality(messages), 0) + coalesce(cardinality(foreign_messages), 0) + 1,
            v_prefixes
          );

          if v_is_ours and v_is_answered and (v_message.phone is not null or v_message.bsuid is not null) then
            messages := messages || v_message;
          elsif not v_is_ours then
            foreign_messages := foreign_messages || v_message;
          elsif v_message.phone is null and v_message.bsuid is null then
            v_unattributed := v_unattributed || v_body;
          else
            if v_message.status = 'processed' and v_message.message_type <> 'system' then
              v_message.status := 'ignored';
            end if;
            messages := messages || v_message;
          end if;
        end loop;

        if (
          case
            when num_nonnulls(v_contacts_by_name, v_nameless, v_unattributed) > 0 then true
            when jsonb_typeof(v_value) = 'object' then v_value - c_expected <> '{}'
            else true
          end
        ) then
          if v_nameless is not null then
            v_others := v_others || wa.count_alike(v_nameless, jsonb '{"path": "entry.changes.value.messages"}');
            v_nameless := null;
          end if;

          if v_unattributed is not null then
            if v_framed_at is distinct from v_entry_at then
              v_framed_at := v_entry_at;
              v_frame := v_entry - 'changes';
            end if;

            v_webhooks := v_webhooks || jsonb_build_object(
              'object', 'whatsapp_business_account',
              'entry', jsonb_build_array(
                v_frame || jsonb_build_object(
                  'changes', jsonb_build_array(
                    v_change || jsonb_build_object(
                      'value', v_value - 'statuses' || jsonb_build_object('messages', to_jsonb(v_unattributed))
                    )
                  )
                )
              )
            );
            v_unattributed := null;
          end if;

          if v_value['statuses'] is not null then
            v_bodies := jsonb_path_query_array(v_value, '$.statuses[*]');

            -- What a number that is retired has sent still ends somehow.
            if not v_is_known and v_bodies <> '[]' then
              v_others := v_others || jsonb_build_object(
                'path', 'entry.changes.value.statuses', 'body', v_bodies -> 0, 'is_foreign', true,
                'count', jsonb_array_length(v_bodies)
              );
              v_bodies := '[]';
            end if;

            for v_position in 0..jsonb_array_length(v_bodies) - 1 loop
              v_body := v_bodies -> v_position;

              if jsonb_typeof(v_body) = 'object' and (char_length(v_body ->> 'id') > 512) is not true then
                -- What its contact says of the recipient, the status says.
                if v_contacts <> '[]'
                  and (v_body ->> 'recipient_id' <> '' and v_body ->> 'recipient_user_id' <> '') is not true
                  and v_body ->> 'recipient_type' is distinct from 'group'
                then
                  if v_contacts_by_name is null and jsonb_array_length(v_contacts) > 1 then
                    v_contacts_by_name := wa.index_contacts(v_contacts);
                  end if;

                  v_contact := wa.find_contact(
                    v_contacts, v_contacts_by_name, v_body ->> 'recipient_id', v_body ->> 'recipient_user_id', v_value
                  );
                  v_body := v_body || jsonb_strip_nulls(
                    jsonb_build_object(
                      'recipient_id', coalesce(nullif(v_body ->> 'recipient_id', ''), v_contact ->> 'wa_id'),
                      'recipient_user_id', coalesce(nullif(v_body ->> 'recipient_user_id', ''), v_contact ->> 'user_id')
                    )
                  );
                end if;
                v_statuses := v_statuses || (v_body || jsonb_build_object('phone_number_id', v_number));
              else
                v_nameless := v_nameless || v_body;
              end if;
            end loop;

            if v_nameless is not null then
              v_others := v_others || wa.count_alike(v_nameless, jsonb '{"path": "entry.changes.value.statuses"}');
              v_nameless := null;
            end if;
          end if;
          v_contacts_by_name := null;

          if jsonb_typeof(v_value) = 'object' then
            v_body := v_value - (c_expected || text 'statuses');
          else
            v_body := jsonb_build_object('value', v_value);
          end if;
          if v_body <> '{}' then
            v_others := v_others || jsonb_build_object('path', 'entry.changes.value', 'body', v_body);
          end if;
        end if;
      elsif v_waba_id = '0' then
        -- The dashboard's Test button, whatever the field.
        v_others := array[jsonb_build_object('path', 'entry.changes.value', 'body', v_value, 'is_test', true)];
      elsif v_field is null then
        v_fieldless := v_fieldless || v_change;
      else
        v_others := array[jsonb_build_object('path', 'entry.changes.value', 'body', v_value)];
      end if;

      if v_others is not null then
        foreach v_body in array v_others loop
          v_rest := v_rest || (
            jsonb_build_object(
              'waba_id', v_waba_id, 'time', v_entry -> 'time', 'field', v_field, 'phone_number_id', v_number
            ) || v_body
          );
        end loop;
        v_others := null;
      end if;
    end loop;

    if v_fieldless is not null then
      v_rest := v_rest || wa.count_alike(
        v_fieldless,
        jsonb_build_object('path', 'entry.changes', 'waba_id', v_waba_id, 'time', v_entry -> 'time')
      );
      v_fieldless := null;
    end if;
  end loop;

  if num_nonnulls(v_empty, v_statuses, v_rest, v_webhooks) > 0 then
    if v_empty is not null then
      v_rest := v_rest || wa.count_alike(v_empty, jsonb '{"path": "entry"}');
    end if;
    statuses := to_jsonb(v_statuses);
    rest := to_jsonb(v_rest);
    unattributed := to_jsonb(v_webhooks);
  end if;
end
$$;

comment on function wa.read_webhook is
'What one webhook body, or an array of bodies, holds, in its order and null where there is none: the messages, normalized; those for numbers that are not ours; the statuses as Meta sent them, each with its phone_number_id and what its contact says of the recipient; and the rest, an array of objects with body, its path in the payload, and the waba_id, time, field and phone_number_id it came with: other webhook fields, Meta''s error notes, what we do not know, tests of the dashboard (is_test), and with a count the first of the statuses for a number that is not ours (is_foreign), and what does not say what it is: entries without changes, changes without a field, messages and statuses without a usable id. unattributed, an array of whole webhooks, holds the messages whose sender cannot be told, those of one change together. A message is matched to its contact by id, never by position; a phone_number_id that is not digits counts as none. Raises WA001 when the payload is no webhook.';
