insert into public.wa_events
  (wa_message_id, user_id, phone_number_id, message_type, status, sent_at, error, payload)
select
  'wamid.HBgLMzQ2MDAwMDAwMDAVAgASGBQz' || failed.id,
  profile.user_id,
  '106540352242922',
  'text',
  'failed',
  now(),
  'P0001: made up',
  format(
    %(webhook)s, %(first_phone)s::bigint + %(step)s * (number %% %(writers)s), failed.id, extract(epoch from now())::bigint
  )::jsonb
from generate_series(1, %(failed)s) as number
cross join lateral (select %(round)s || '-' || number as id) as failed
inner join public.profiles as profile
  on profile.whatsapp_e164 = '+' || (%(first_phone)s::bigint + %(step)s * (number %% %(writers)s));
