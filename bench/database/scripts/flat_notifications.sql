-- Sent ones are the oldest and due ones the newest, as they come to lie in a table that is in use.
insert into public.notifications (
  user_id, recipient, phone_number_id, payload, status, send_at, next_attempt_at, created_at, sent_at, wa_message_id
)
select
  person.user_id,
  person.whatsapp_e164,
  '106540352242922',
  jsonb_build_object('type', 'text', 'text', jsonb_build_object('body', repeat('a message ', 20))),
  'read',
  moment.sent_at,
  moment.sent_at,
  moment.sent_at,
  moment.sent_at,
  'wamid.HBgLMzQ2MDAwMDAwMDAVAgARGBI' || (random() * 9e18)::bigint
from generate_series(1, %(sent)s) as number
inner join people as person on person.position = number %% %(profiles)s
cross join lateral (select now() - interval '80 days' * (1 - number / %(sent)s::double precision) as sent_at) as moment;

insert into public.notifications (user_id, recipient, phone_number_id, payload, send_at, next_attempt_at)
select
  person.user_id,
  person.whatsapp_e164,
  '106540352242922',
  jsonb_build_object('type', 'text', 'text', jsonb_build_object('body', repeat('a message ', 20))),
  moment.send_at,
  moment.send_at
from generate_series(1, %(queued)s) as number
inner join people as person on person.position = number %% %(profiles)s
cross join lateral (select now() + interval '1 day' + interval '1 second' * (hashint8(number) & 524287) as send_at) as moment;

insert into public.notifications (user_id, recipient, phone_number_id, payload, send_at, next_attempt_at)
select
  person.user_id,
  person.whatsapp_e164,
  '106540352242922',
  jsonb_build_object('type', 'text', 'text', jsonb_build_object('body', repeat('a message ', 20))),
  now(),
  now()
from people as person
where person.position %% %(due_every)s = %(due_offset)s
limit %(due)s;
