truncate plain.jobs;

insert into plain.jobs (payload)
select jsonb_build_object('type', 'text', 'text', jsonb_build_object('body', repeat('a message ', 20)))
from public.profiles;
