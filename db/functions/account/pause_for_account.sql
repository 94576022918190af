create or replace function wa.pause_for_account(p_changes jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_pause record;
begin
  select
    format('%s %s: %s', change.field, change.event, change.description) as reason,
    change.happened_at,
    coalesce(expiry.at, 'infinity') as until
  into v_pause
  from jsonb_to_recordset(p_changes) as change (
    field text, event text, effect text, description text, happened_at timestamptz, value jsonb
  )
  cross join lateral (
    select max(wa.read_time(restriction.body ->> 'expiration')) as at
    from jsonb_path_query(change.value, '$.restriction_info[*]') as restriction (body)
    where change.event = upper((change.value ->> 'event') || '/' || (restriction.body ->> 'restriction_type'))
  ) as expiry
  where change.effect = 'pause_queue'
    and coalesce(expiry.at, 'infinity') > clock_timestamp()
  order by until desc, change.happened_at desc
  limit 1;

  if not found then
    return '[]'::jsonb;
  end if;

  update wa.queue_state
  set account_event_at = v_pause.happened_at
  where queue_state.account_event_at < v_pause.happened_at;

  return case when found then wa.pause_queue(v_pause.reason, v_pause.until) else '[]'::jsonb end;
end
$$;

comment on function wa.pause_for_account is
'Pauses the queue when account changes (of wa.list_account_changes) say so, until Meta''s restriction expires or, where it has no end, until wa_queue_resume(). What Meta delivers again pauses nothing again. Returns events.';
