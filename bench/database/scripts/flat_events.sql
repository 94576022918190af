insert into public.wa_events
  (wa_message_id, user_id, phone_number_id, message_type, status, received_at, sent_at)
select
  'wamid.HBgLMzQ2MDAwMDAwMDAVAgASGBQz' || (random() * 9e18)::bigint,
  person.user_id,
  '106540352242922',
  'text',
  'processed',
  now() - interval '29 days' * (1 - number / %(events)s::double precision),
  now() - interval '29 days' * (1 - number / %(events)s::double precision)
from generate_series(1, %(events)s) as number
inner join people as person on person.position = number %% %(profiles)s;
