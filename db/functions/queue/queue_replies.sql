create or replace function wa.queue_replies(
  p_profile public.profiles,
  p_phone_number_id text,
  p_wa_message_id text,
  p_replies jsonb
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  -- Not now(): the profile is locked, so that the clock orders the replies as the messages took effect.
  v_now timestamptz := clock_timestamp();
begin
  insert into public.notifications
    (user_id, recipient, phone_number_id, kind, payload, priority, send_at, next_attempt_at, expires_at)
  select
    p_profile.user_id,
    coalesce(p_profile.whatsapp_e164, p_profile.wa_user_id),
    p_phone_number_id,
    'message',
    reply.body,
    0,
    v_now,
    v_now,
    null
  from jsonb_array_elements(p_replies) as reply (body)
  union all
  select
    p_profile.user_id,
    coalesce(p_profile.whatsapp_e164, p_profile.wa_user_id),
    p_phone_number_id,
    'read_receipt',
    jsonb_build_object('status', 'read', 'message_id', p_wa_message_id)
    || case
      when settings.value = '"typing"' and p_replies = '[]'
        then '{"typing_indicator": {"type": "text"}}'
      else '{}'
    end::jsonb,
    1,
    v_now,
    v_now,
    v_now + case when settings.value = '"typing"' and p_replies = '[]' then interval '20 seconds' else interval '1 day' end
  from wa.settings
  where settings.key = 'read_receipts'
    and settings.value <> '"none"'
    and p_wa_message_id is not null;

  if found then
    perform wa.wake_notifier();
  end if;
  if p_replies <> '[]' then
    perform wa.emit_event(
      'NOTIFY_QUEUE',
      jsonb_build_object(
        'recipient', wa.mask_recipient(coalesce(p_profile.whatsapp_e164, p_profile.wa_user_id)),
        'count', jsonb_array_length(p_replies)
      )
    );
  end if;
end
$$;

comment on function wa.queue_replies(public.profiles, text, text, jsonb) is
'Queues what a step answers, in order: an array of Graph API message bodies without recipient. Also queues the read receipt of the message answered, if the setting read_receipts says so. The caller holds the profile''s lock.';

revoke all on function wa.queue_replies(public.profiles, text, text, jsonb) from public;
grant execute on function wa.queue_replies(public.profiles, text, text, jsonb) to wa_runtime;
