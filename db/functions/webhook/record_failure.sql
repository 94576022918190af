create or replace function wa.record_failure(p_message wa.received_message, p_error text)
returns void
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
    'failed', p_message.sent_at, p_error, wa.rebuild_envelope(p_message)
  );

  perform wa.tell_of_failure(p_message);
end
$$;

comment on function wa.record_failure is
'Keeps a message that could not be handled as failed, with its error and what a replay needs, and tells the user once.';
