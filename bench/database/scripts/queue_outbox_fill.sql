truncate public.notifications, wa.pair_pace;

insert into public.notifications (user_id, recipient, payload)
select
  user_id,
  whatsapp_e164,
  jsonb_build_object('type', 'text', 'text', jsonb_build_object('body', repeat('a message ', 20)))
from public.profiles;
