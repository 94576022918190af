create or replace function wa.describe_failure(p_message wa.received_message, p_error text)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_strip_nulls(
    jsonb_build_object(
      'event', 'MESSAGE_FAILED',
      'level', 'error',
      'wa_message_id', p_message.wa_message_id,
      'message_type', p_message.message_type,
      'user_id', p_message.user_id,
      'sqlstate', left(p_error, 5),
      'hint', substring(wa.mask_error(p_error) from '[(]hint: (.*)[)]$')
    )
  )
$$;

comment on function wa.describe_failure is
'The event to log for a failed message, with what to do. The error''s text stays in wa_events: it may quote what the user wrote.';
