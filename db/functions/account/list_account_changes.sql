create or replace function wa.list_account_changes(p_rest jsonb)
returns table (
  sequence bigint,
  waba_id text,
  field text,
  event text,
  effect text,
  description text,
  happened_at timestamptz,
  value jsonb
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with change as (
    select
      item.position as sequence,
      item.body ->> 'waba_id' as waba_id,
      wa.read_time(item.body ->> 'time') as happened_at,
      item.body ->> 'field' as field,
      item.body -> 'body' as value
    from jsonb_array_elements(p_rest) with ordinality as item (body, position)
    where item.body ->> 'field' <> 'messages' and jsonb_typeof(item.body -> 'body') = 'object'
  ),

  named as (
    select
      change.*,
      upper(
        left(
          coalesce(
            change.value ->> 'event',
            change.value ->> 'decision',
            change.value ->> 'alert_type',
            change.value #>> '{alert_info,alert_type}',
            change.value ->> 'new_quality_score',
            change.value ->> 'new_category',
            change.value ->> 'correct_category',
            ''
          ),
          100
        )
      ) as name
    from change
  ),

  qualified as (
    select
      named.*,
      named.name || coalesce('/' || upper(left(qualifier.kind, 100)), '') as event
    from named
    left join lateral jsonb_array_elements_text(
      coalesce(
        nullif(
          jsonb_path_query_array(named.value, '$.restriction_info[*].restriction_type')
          || jsonb_path_query_array(named.value, '$.ban_info.waba_ban_state'),
          '[]'
        ),
        -- Why it happened tells less than what was done, and stands alone where nothing was.
        jsonb_path_query_array(named.value, '$.violation_info.violation_type')
        || jsonb_path_query_array(named.value, '$.new_status')
      )
    ) as qualifier (kind) on true
  )

  select
    qualified.sequence,
    qualified.waba_id,
    qualified.field,
    qualified.event,
    known.effect,
    known.description,
    coalesce(qualified.happened_at, clock_timestamp()),
    qualified.value
  from qualified
  cross join lateral (
    select account_event.effect, account_event.description
    from wa.account_events as account_event
    where account_event.field = qualified.field
      and account_event.event in (qualified.event, qualified.name, '*')
    order by
      account_event.event = qualified.event desc, account_event.event = qualified.name desc
    limit 1
  ) as known;
end
$$;

comment on function wa.list_account_changes is
'What the rest of a webhook (of wa.read_webhook) says of the account, its numbers and its templates, with the effect that wa.account_events gives each. A restriction of several kinds is one row for each kind; what restricts nothing has the kind of its violation, or the new status. Without Meta''s time, now.';
