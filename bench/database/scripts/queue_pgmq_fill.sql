truncate pgmq.q_bench, pgmq.a_bench;

select count(*)
from pgmq.send_batch(
  'bench',
  array(
    select jsonb_build_object('type', 'text', 'text', jsonb_build_object('body', repeat('a message ', 20)))
    from public.profiles
  )
);
