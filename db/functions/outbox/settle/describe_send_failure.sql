create or replace function wa.describe_send_failure(p_failure jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_strip_nulls(
    jsonb_build_object(
      'event', case p_failure ->> 'decision'
        when 'fail' then 'NOTIFY_SEND_FAIL'
        when 'cancel' then 'NOTIFY_SEND_FAIL'
        else 'NOTIFY_SEND_RETRY'
      end,
      'level', case p_failure ->> 'decision' when 'fail' then 'error' else 'warning' end,
      'id', p_failure -> 'id',
      'recipient', wa.mask_recipient(p_failure ->> 'recipient'),
      'outcome', p_failure -> 'outcome',
      'decision', p_failure -> 'decision',
      'class', p_failure -> 'class',
      'class_code', p_failure -> 'class_code',
      'http_status', p_failure -> 'http_status',
      'error_code', p_failure -> 'error_code',
      'retry_count', p_failure -> 'retry_count',
      'next_attempt_at', case when p_failure ->> 'status' = 'queued' then p_failure -> 'next_attempt_at' end
    )
  );
$$;

comment on function wa.describe_send_failure is
'The log event of a failed attempt; class and class_code name its row of wa.send_error_classes. Without Meta''s error text, which may quote the message.';
