create or replace function public.wa_notify(
  recipient text,
  payload jsonb,
  send_at timestamptz default now(),
  dedupe_key text default null
)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_timestamp();
  v_send_at timestamptz := greatest(wa_notify.send_at, v_now);
  v_id bigint;
begin
  perform wa.require_recipient(wa_notify.recipient);
  perform wa.notice_move();

  insert into public.notifications as notification
    (user_id, recipient, payload, author, send_at, next_attempt_at, dedupe_key)
  values (
    wa.find_or_create_profile(
      case when wa_notify.recipient like '+%' then wa_notify.recipient end,
      case when wa_notify.recipient not like '+%' then wa_notify.recipient end
    ),
    wa_notify.recipient,
    wa_notify.payload,
    'app',
    v_send_at,
    v_send_at,
    wa_notify.dedupe_key
  )
  on conflict (dedupe_key) do nothing
  returning notification.id into v_id;

  if v_id is null then
    return (
      select notification.id
      from public.notifications as notification
      where notification.dedupe_key = wa_notify.dedupe_key
    );
  end if;

  perform wa.emit_event(
    'NOTIFY_QUEUE',
    jsonb_build_object('id', v_id, 'recipient', wa.mask_recipient(wa_notify.recipient), 'send_at', v_send_at)
  );
  if v_send_at = v_now then
    perform wa.wake_notifier();
  end if;
  return v_id;
end
$$;

alter function public.wa_notify owner to wa_runtime;

comment on function public.wa_notify is
'Queues a message: recipient is a phone number with plus sign or a BSUID, payload the body of a Graph API message without recipient, with delivery options under payload.delivery (docs/reference/outbox.md). Returns its id, or the id of the one already queued under dedupe_key. Raises WA010 for the recipient, WA011 for the payload.';

grant execute on function public.wa_notify to wa_operator_role;
