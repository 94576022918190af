create or replace function wa.record_failures(
  p_messages wa.message[], p_errors text[], p_failed_at timestamptz[]
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_received_at jsonb;
begin
  with removed as (
    delete from public.wa_events as event
    where event.wa_message_id = any(array(select message.wa_message_id from unnest(p_messages) as message))
    returning event.wa_message_id, event.received_at
  )

  select jsonb_object_agg(removed.wa_message_id, removed.received_at) into v_received_at
  from removed;

  insert into public.wa_events (
    wa_message_id, user_id, phone_number_id, message_type, status, sent_at, received_at, error, payload
  )
  select
    message.wa_message_id, message.user_id, message.phone_number_id, message.message_type, 'failed', message.sent_at,
    -- Its place among those that came with it.
    coalesce((v_received_at ->> message.wa_message_id)::timestamptz, now()),
    p_errors[message.ordinality], wa.build_envelope(p_messages[message.ordinality])
  from unnest(p_messages) with ordinality as message;

  perform wa.tell_of_failures(p_messages, p_failed_at);

  return (
    select jsonb_agg(
      jsonb_strip_nulls(
        jsonb_build_object(
          'event', 'MESSAGE_FAILED',
          'level', 'error',
          'wa_message_id', message.wa_message_id,
          'message_type', message.message_type,
          'user_id', message.user_id,
          'sqlstate', left(known.error, 5),
          'hint', known.hint
        )
      )
      order by message.ordinality
    )
    from unnest(p_messages) with ordinality as message
    inner join (
      select alike.error, substring(wa.mask_error(alike.error) from '[(]hint: (.*)[)]$') as hint
      from (select distinct told.error from unnest(p_errors) as told (error)) as alike
      -- Masked once for each.
      offset 0
    ) as known on known.error = p_errors[message.ordinality]
  );
end
$$;

comment on function wa.record_failures is
'Keeps messages that could not be handled as failed, each with its error and what a replay needs, tells their users, and returns the events to log, with what to do. The error''s text stays in wa_events: it may quote what the user wrote. Times are by the clock.';
