\set user random(0, :users - 1)
\set id random(1, 9223372036854775807)
with event as (
  insert into floor.events (wa_message_id, user_id, status)
  values ('wamid.HBgLMzQ2MDAwMDAwMDAVAgASGBQz' || :id::text, lpad(:user::text, 32, '0')::uuid, 'processed')
  returning user_id
),

state as (
  update floor.states
  set state = 'home', updated_at = now()
  where user_id = lpad(:user::text, 32, '0')::uuid
)

insert into floor.notifications (user_id, recipient, payload)
select event.user_id, '+34600000000', reply.payload
from event
cross join floor.reply;
