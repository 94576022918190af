create or replace function wa.record_failure(p_message wa.message, p_error text)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from public.wa_events as event
  where event.wa_message_id = p_message.wa_message_id;

  insert into public.wa_events (
    wa_message_id, user_id, phone_number_id, message_type, status, sent_at, error, payload
  )
  values (
    p_message.wa_message_id, p_message.user_id, p_message.phone_number_id, p_message.message_type,
    'failed', p_message.sent_at, p_error, wa.build_envelope(p_message)
  );

  perform wa.tell_of_failure(p_message);

  return jsonb_strip_nulls(
    jsonb_build_object(
      'event', 'MESSAGE_FAILED',
      'level', 'error',
      'wa_message_id', p_message.wa_message_id,
      'message_type', p_message.message_type,
      'user_id', p_message.user_id,
      'sqlstate', left(p_error, 5),
      'hint', substring(wa.mask_error(p_error) from '[(]hint: (.*)[)]$')
    )
  );
end
$$;

comment on function wa.record_failure is
'Keeps a message that could not be handled as failed, with its error and what a replay needs, tells the user once, and returns the event to log, with what to do. The error''s text stays in wa_events: it may quote what the user wrote.';
