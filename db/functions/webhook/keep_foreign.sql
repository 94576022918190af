create or replace function wa.keep_foreign(p_messages wa.message[])
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kept text[];
begin
  with kept as (
    insert into public.wa_events (
      wa_message_id, phone_number_id, message_type, status, sent_at, error, payload
    )
    select distinct on (message.wa_message_id collate "C")
      message.wa_message_id,
      message.phone_number_id,
      message.message_type,
      'ignored',
      message.sent_at,
      wa.describe_error(
        'WA045',
        format('%s is not one of our business numbers', coalesce(message.phone_number_id, 'what names no number')),
        format('If it is: wa-webhook numbers add %s; wa-webhook replay.', coalesce(message.phone_number_id, '<id>'))
      ),
      wa.build_envelope(message)
    from unnest(p_messages) as message
    order by message.wa_message_id collate "C", message.sequence
    on conflict (wa_message_id) do nothing
    returning wa_events.phone_number_id
  )

  select array_agg(kept.phone_number_id) into v_kept
  from kept;

  insert into wa.alert_occurrences (kind, group_key, detail, seen_count)
  select
    'webhook_foreign',
    coalesce('number ' || kept.phone_number_id, 'no number'),
    jsonb_strip_nulls(jsonb_build_object('phone_number_id', kept.phone_number_id)),
    count(*)
  from unnest(v_kept) as kept (phone_number_id)
  group by kept.phone_number_id;

  return coalesce(cardinality(v_kept), 0);
end
$$;

comment on function wa.keep_foreign is
'Keeps messages that came for numbers which are not ours, whole, so that they can be replayed when one of them is; raises an alert for each number, and returns how many had not come before.';
