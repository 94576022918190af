create or replace function wa.summarize_send_failures()
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with finished as materialized (
    select notification.status, notification.error_code, notification.failed_at
    from public.notifications as notification
    where notification.turn_at is null
      and notification.created_at > now() - interval '24 hours'
    order by notification.created_at desc
    limit 10000
  ),

  failure as (
    select
      finished.error_code,
      count(*) as messages,
      max(finished.failed_at) as newest_at
    from finished
    where finished.status = 'failed'
    group by 1
  )

  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'error_code', failure.error_code,
        'messages', failure.messages,
        'newest_at', failure.newest_at,
        'description', coalesce(class.description, 'No answer, or a code that is not in wa.send_error_classes.'),
        'needs_person', class.class is distinct from 'recipient' and class.class is distinct from 'window'
      )
      order by failure.messages desc, failure.error_code
    ),
    '[]'
  )
  from failure
  left join wa.send_error_classes as class on class.code = failure.error_code::text
$$;

comment on function wa.summarize_send_failures is
'Messages of the last day (of the newest 10,000 finished ones) that failed, by Meta''s error code, with what it means, and whether somebody can mend it: not when it lies with the recipient.';
