create or replace function wa.alert_of_dispatch(p_failures jsonb, p_invalid_senders integer)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into wa.alert_occurrences (kind, group_key, detail, seen_count)
  select
    'event_failed',
    failed.event ->> 'sqlstate',
    (array_agg(failed.event - '{event,level}'::text[]))[1],
    count(*)
  from jsonb_array_elements(p_failures) as failed (event)
  group by failed.event ->> 'sqlstate'
  union all
  select 'invalid_sender_spike', 'invalid_sender', '{}', p_invalid_senders
  where p_invalid_senders > 0;
end
$$;

comment on function wa.alert_of_dispatch is
'Lets a person know of messages that failed, one row for each SQLSTATE, and notes how many senders were invalid: whether that is a spike shows when alerts are grouped.';
