insert into public.wa_events
  (wa_message_id, phone_number_id, message_type, status, received_at, sent_at)
select
  'wamid.HBgLMzQ2MDAwMDAwMDAVAgASGBQz' || (random() * 9e18)::bigint,
  '106540352242922',
  'text',
  'ignored',
  moment.received_at,
  moment.received_at
from generate_series(1, %(events)s) as number
cross join lateral (
  select now() - interval '31 days' - interval '29 days' * (1 - number / %(events)s::double precision) as received_at
) as moment;

insert into public.webhook_logs (received_at, kind, field, waba_id, detail)
select
  now() - interval '16 days' - interval '1 day' * (number %% %(days)s),
  'field',
  'message_template_status_update',
  '102290129340398',
  jsonb_build_object('event', 'APPROVED', 'message_template_name', 'order_ready_' || number)
from generate_series(1, %(logs)s) as number;
