create or replace function wa.note_echoes(p_rest jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_echo record;
  v_span constant interval := make_interval(secs => wa.get_setting('answered_in_app_seconds')::double precision);
begin
  for v_echo in
    select
      profile.user_id,
      coalesce(profile.whatsapp_e164, profile.wa_user_id) as recipient,
      item.phone_number_id,
      message.body ->> 'id' as wa_message_id,
      message.body - '{id,from,to,to_user_id,to_parent_user_id,timestamp}'::text[] as payload,
      coalesce(wa.read_time(message.body ->> 'timestamp'), now()) as sent_at
    from jsonb_to_recordset(p_rest) as item (field text, body jsonb, phone_number_id text)
    cross join jsonb_path_query(item.body, '$.message_echoes[*]') as message (body)
    cross join lateral wa.find_profile(
      wa.normalize_phone(message.body ->> 'to'),
      wa.normalize_bsuid(message.body ->> 'to_user_id'),
      wa.normalize_parent_bsuid(message.body ->> 'to_parent_user_id')
    ) as profile
    where item.field = 'smb_message_echoes'
      and jsonb_typeof(message.body) = 'object'
      and message.body ->> 'id' <> ''
      -- Who never wrote has no conversation.
      and profile.user_id is not null
    order by profile.user_id, sent_at, wa_message_id
  loop
    insert into public.notifications (
      user_id, recipient, phone_number_id, kind, payload, status, send_at, next_attempt_at, sent_at, wa_message_id,
      dedupe_key
    )
    values (
      v_echo.user_id, v_echo.recipient, v_echo.phone_number_id, 'echo', v_echo.payload, 'sent', v_echo.sent_at, null,
      v_echo.sent_at, v_echo.wa_message_id, 'echo:' || v_echo.wa_message_id
    )
    on conflict (dedupe_key) do nothing;

    perform wa.fall_silent(
      v_echo.user_id, v_echo.phone_number_id, 'answered_in_app', v_echo.sent_at, v_echo.sent_at + v_span
    );
  end loop;
end
$$;

comment on function wa.note_echoes is
'Keeps what people of the business wrote to users in the WhatsApp Business app (smb_message_echoes) among what was sent, and falls silent towards these users for answered_in_app_seconds.';
