\set salt random(1, 9223372036854775807)
with message as materialized (
  select
    'wamid.HBgLMzQ2MDAwMDAwMDAVAgASGBQz' || floor(random() * 1000000)::text || :salt::text || number as wa_message_id,
    lpad(floor(random() * :users::bigint)::text, 32, '0')::uuid as user_id
  from generate_series(1, :batch::integer) as number
),

event as (
  insert into floor.events (wa_message_id, user_id, status)
  select message.wa_message_id, message.user_id, 'processed'
  from message
  returning user_id
),

state as (
  update floor.states
  set state = 'home', updated_at = now()
  from message
  where states.user_id = message.user_id
)

insert into floor.notifications (user_id, recipient, payload)
select event.user_id, '+34600000000', reply.payload
from event
cross join floor.reply;
