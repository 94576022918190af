with due as (
  select id
  from plain.jobs
  where status = 'queued' and due_at <= now()
  order by due_at, id
  limit :batch::integer
  for update skip locked
),

claimed as (
  update plain.jobs
  set status = 'sending', due_at = now() + interval '1 minute'
  from due
  where jobs.id = due.id
  returning jobs.id
)

select array_agg(id)::text as ids
from claimed \gset
update plain.jobs
set status = 'sent', sent_at = now()
where id = any(:ids::bigint[]);
