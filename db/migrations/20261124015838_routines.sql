-- Written by `make release`: the routines that changed since the one before, as in db/functions.

-- A routine may call one that comes later in the order.
select pg_catalog.set_config('check_function_bodies', 'off', true);

-- functions/account/apply_account_changes.sql
create or replace function wa.apply_account_changes(p_payload jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_changes jsonb;
  v_events jsonb := '[]'::jsonb;
begin
  perform wa.note_marketing_preferences(p_payload);

  select jsonb_agg(to_jsonb(change) order by change.sequence) into v_changes
  from wa.list_account_changes(p_payload) as change;

  if v_changes is null then
    return v_events;
  end if;

  -- Notifications, then numbers, then the queue's state: the order in which failed sends lock them.
  perform wa.note_templates(v_changes);

  if jsonb_path_exists(v_changes, '$[*] ? (@.effect == "raise_rate")') then
    v_events := v_events || wa.raise_number_rate();
  end if;
  v_events := v_events || wa.pause_for_account(v_changes);

  insert into wa.alert_occurrences (kind, group_key, detail, seen_count)
  select
    case change.effect when 'hold_template' then 'template_held' else 'account_warning' end,
    left(
      concat_ws(
        ' ',
        change.field,
        change.event,
        change.value ->> 'message_template_name',
        change.value ->> 'message_template_language'
      ),
      200
    ),
    jsonb_build_object('waba_id', change.waba_id, 'description', change.description)
    || wa.mask_json(change.value, 'entry.changes.value'),
    1
  from jsonb_to_recordset(v_changes) as change (
    field text, event text, effect text, description text, waba_id text, value jsonb
  )
  where change.effect in ('pause_queue', 'hold_template', 'alert');

  return v_events;
end
$$;

comment on function wa.apply_account_changes(jsonb) is
'Does what Meta''s webhooks about the account, its numbers, its templates and its users'' preferences bring about, as wa.account_events says. Returns events.';

revoke all on function wa.apply_account_changes(jsonb) from public;
grant execute on function wa.apply_account_changes(jsonb) to wa_runtime;

-- functions/account/list_account_changes.sql
create or replace function wa.list_account_changes(p_payload jsonb)
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
language sql
stable
set search_path = ''
as $$
  with change as (
    select
      row_number() over () as sequence,
      entry.body ->> 'id' as waba_id,
      -- Whole seconds elsewhere, milliseconds in case Meta changes its mind.
      to_timestamp(
        case
          when jsonb_typeof(entry.body -> 'time') <> 'number' then null
          when (entry.body ->> 'time')::numeric > 100000000000 then (entry.body ->> 'time')::double precision / 1000
          else (entry.body ->> 'time')::double precision
        end
      ) as happened_at,
      change.body ->> 'field' as field,
      change.body -> 'value' as value
    from jsonb_path_query(p_payload, '$[*].entry[*]') as entry (body)
    cross join lateral jsonb_path_query(
      entry.body, '$.changes[*] ? (@.field != "messages" && @.value.type() == "object")'
    ) as change (body)
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
      jsonb_path_query_array(named.value, '$.restriction_info[*].restriction_type')
      || jsonb_path_query_array(named.value, '$.ban_info.waba_ban_state')
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
  ) as known
$$;

comment on function wa.list_account_changes(jsonb) is
'What a payload says of the account, its numbers and its templates, with the effect that wa.account_events gives each. A restriction of several kinds is one row for each kind. Without Meta''s time, now.';

revoke all on function wa.list_account_changes(jsonb) from public;
grant execute on function wa.list_account_changes(jsonb) to wa_runtime;

-- functions/account/merge_marketing_preferences.sql
create or replace function wa.merge_marketing_preferences(p_merged uuid, p_survivor uuid)
returns void
language sql
volatile
set search_path = ''
as $$
  with merged as (
    delete from wa.marketing_preferences as preference
    where preference.user_id = p_merged
    returning preference.is_stopped, preference.changed_at
  )

  insert into wa.marketing_preferences as preference (user_id, is_stopped, changed_at)
  select p_survivor, merged.is_stopped, merged.changed_at
  from merged
  on conflict (user_id) do update
  set is_stopped = excluded.is_stopped, changed_at = excluded.changed_at
  where excluded.changed_at > preference.changed_at
$$;

comment on function wa.merge_marketing_preferences(uuid, uuid) is
'The later preference of two profiles that are one person holds for the survivor.';

revoke all on function wa.merge_marketing_preferences(uuid, uuid) from public;
grant execute on function wa.merge_marketing_preferences(uuid, uuid) to wa_runtime;

-- functions/account/note_marketing_preferences.sql
create or replace function wa.note_marketing_preferences(p_payload jsonb)
returns void
language sql
volatile
set search_path = ''
as $$
  with stated as (
    select distinct on (profile.user_id)
      profile.user_id,
      preference.body ->> 'value' = 'stop' as is_stopped,
      case
        when preference.body ->> 'timestamp' ~ '^[0-9]{1,11}$'
          then to_timestamp((preference.body ->> 'timestamp')::double precision)
        else clock_timestamp()
      end as changed_at
    from jsonb_path_query(
      p_payload,
      '$[*].entry[*].changes[*] ? (@.field == "user_preferences").value.user_preferences[*]
        ? (@.category == "marketing_messages" && (@.value == "stop" || @.value == "resume"))'
    ) with ordinality as preference (body, position)
    cross join lateral wa.find_profile(
      wa.normalize_phone(preference.body ->> 'wa_id'),
      wa.normalize_bsuid(preference.body ->> 'user_id'),
      wa.normalize_parent_bsuid(preference.body ->> 'parent_user_id')
    ) as profile
    -- Nothing was sent to somebody unknown, and Meta refuses them marketing anyway.
    where profile.user_id is not null
    order by profile.user_id asc, changed_at desc, preference.position desc
  ),

  kept as (
    insert into wa.marketing_preferences as preference (user_id, is_stopped, changed_at)
    select stated.user_id, stated.is_stopped, stated.changed_at
    from stated
    order by stated.user_id
    on conflict (user_id) do update
    set is_stopped = excluded.is_stopped, changed_at = excluded.changed_at
    where excluded.changed_at >= preference.changed_at
    returning preference.user_id, preference.is_stopped
  )

  delete from wa.recipient_blocks as block
  using kept
  where block.user_id = kept.user_id
    and not kept.is_stopped
    and block.error_code = '131050'
$$;

comment on function wa.note_marketing_preferences(jsonb) is
'Keeps which users have told Meta to stop or resume marketing messages. Resuming also ends the blocks that Meta''s refusals (131050) had set.';

revoke all on function wa.note_marketing_preferences(jsonb) from public;
grant execute on function wa.note_marketing_preferences(jsonb) to wa_runtime;

-- functions/account/note_templates.sql
create or replace function wa.note_templates(p_changes jsonb)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into wa.message_templates as template (name, language, category)
  select distinct on (change.value ->> 'message_template_name', change.value ->> 'message_template_language')
    change.value ->> 'message_template_name',
    change.value ->> 'message_template_language',
    upper(coalesce(change.value ->> 'new_category', change.value ->> 'message_template_category'))
  from jsonb_to_recordset(p_changes) as change (sequence bigint, happened_at timestamptz, value jsonb)
  where change.value ->> 'message_template_name' <> ''
    and change.value ->> 'message_template_language' <> ''
    and coalesce(change.value ->> 'new_category', change.value ->> 'message_template_category') <> ''
  order by
    change.value ->> 'message_template_name',
    change.value ->> 'message_template_language',
    change.happened_at desc,
    change.sequence desc
  on conflict (name, language) do update
  set category = excluded.category
  where template.category is distinct from excluded.category;

  insert into wa.message_templates as template (name, language, status, status_at, is_held)
  select distinct on (change.value ->> 'message_template_name', change.value ->> 'message_template_language')
    change.value ->> 'message_template_name',
    change.value ->> 'message_template_language',
    change.event,
    change.happened_at,
    change.effect = 'hold_template'
  from jsonb_to_recordset(p_changes) as change (
    sequence bigint, event text, effect text, happened_at timestamptz, value jsonb
  )
  where change.effect in ('hold_template', 'release_template')
    and change.value ->> 'message_template_name' <> ''
    and change.value ->> 'message_template_language' <> ''
  order by
    change.value ->> 'message_template_name',
    change.value ->> 'message_template_language',
    change.happened_at desc,
    change.sequence desc
  on conflict (name, language) do update
  set
    status = excluded.status,
    status_at = excluded.status_at,
    is_held = excluded.is_held
  -- What Meta delivers late or again does not undo what came after it, by Meta or by hand.
  where excluded.status_at > template.status_at
    or (excluded.status_at = template.status_at and excluded.status <> template.status);
end
$$;

comment on function wa.note_templates(jsonb) is
'Keeps what account changes (of wa.list_account_changes) say of templates: their category, and whether messages that use them wait.';

revoke all on function wa.note_templates(jsonb) from public;
grant execute on function wa.note_templates(jsonb) to wa_runtime;

-- functions/account/pause_for_account.sql
create or replace function wa.pause_for_account(p_changes jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
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
    select max(to_timestamp((restriction.body ->> 'expiration')::double precision)) as at
    from jsonb_path_query(change.value, '$.restriction_info[*]') as restriction (body)
    where change.event = (change.value ->> 'event') || '/' || (restriction.body ->> 'restriction_type')
      and restriction.body ->> 'expiration' ~ '^[0-9]{1,11}$'
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

comment on function wa.pause_for_account(jsonb) is
'Pauses the queue when account changes (of wa.list_account_changes) say so, until Meta''s restriction expires or, where it has no end, until wa_queue_resume(). What Meta delivers again pauses nothing again. Returns events.';

revoke all on function wa.pause_for_account(jsonb) from public;
grant execute on function wa.pause_for_account(jsonb) to wa_runtime;

-- functions/account/raise_number_rate.sql
create or replace function wa.raise_number_rate()
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_rate integer := wa.get_setting('upgraded_number_rate_per_second')::integer;
begin
  -- The webhook names the number as people dial it, which tells its id only where there is but one.
  if (select count(*) from wa.number_pace as pace where pace.phone_number_id <> '') > 1 then
    perform wa.raise_alert(
      'account_warning',
      'phone_number_quality_update THROUGHPUT_UPGRADE',
      jsonb_build_object('description', 'One of several numbers may send faster: set its wa.number_pace.rate_per_second.')
    );
    return '[]'::jsonb;
  end if;

  update wa.number_pace as pace
  set rate_per_second = v_rate
  where pace.phone_number_id in (
    select slower.phone_number_id
    from wa.number_pace as slower
    where slower.rate_per_second is distinct from v_rate
    order by slower.phone_number_id
    for update
  );

  if not found then
    return '[]'::jsonb;
  end if;
  return jsonb_build_array(
    jsonb_build_object('event', 'NUMBER_RATE_RAISED', 'level', 'info', 'rate_per_second', v_rate)
  );
end
$$;

comment on function wa.raise_number_rate() is
'Meta has upgraded a business number: it sends at upgraded_number_rate_per_second from now on, or a person is asked which one. Returns events.';

revoke all on function wa.raise_number_rate() from public;
grant execute on function wa.raise_number_rate() to wa_runtime;

-- functions/account/release_template.sql
create or replace function wa.release_template()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  -- Bounds the transaction that approves; the rest comes due at its recheck.
  c_most constant integer := 10000;
begin
  update public.notifications
  set waiting_for = null, next_attempt_at = clock_timestamp()
  where notifications.id in (
    select waiting.id
    from public.notifications as waiting
    cross join lateral (
      select case
        when waiting.payload ->> 'type' = 'template' then waiting.payload else waiting.fallback_template
      end -> 'template' as template
    ) as used
    where waiting.waiting_for = 'template'
      and used.template ->> 'name' = old.name
      and used.template #>> '{language,code}' = old.language
    order by waiting.id
    limit c_most
    for update
  );

  if found then
    perform wa.wake_notifier();
  end if;
  return null;
end
$$;

grant create on schema wa to wa_runtime;
alter function wa.release_template() owner to wa_runtime;
revoke create on schema wa from wa_runtime;

comment on function wa.release_template() is
'Lets the messages go that waited for a template which may be sent again.';

revoke all on function wa.release_template() from public;

create or replace trigger message_templates_release
after update of is_held on wa.message_templates
for each row
when (old.is_held and not new.is_held)
execute function wa.release_template();

comment on trigger message_templates_release on wa.message_templates is
'Approval by Meta and an operator''s update let held messages go alike.';

create or replace trigger message_templates_forget
after delete on wa.message_templates
for each row
when (old.is_held)
execute function wa.release_template();

comment on trigger message_templates_forget on wa.message_templates is
'A template that is not listed may be sent.';

-- functions/account/try_account_changes.sql
create or replace function wa.try_account_changes(p_payload jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_error text;
begin
  begin
    return wa.apply_account_changes(p_payload);
  exception
    when assert_failure or others then
      if wa.is_worth_retrying(sqlstate) then
        raise;
      end if;
      v_error := sqlstate || ': ' || sqlerrm;
  end;

  perform wa.keep_payloads(
    jsonb_build_array(
      jsonb_build_object(
        'body', encode(convert_to(p_payload::text, 'UTF8'), 'base64'),
        'reason', 'dispatch_error',
        'error', v_error
      )
    )
  );
  return jsonb_build_array(
    jsonb_build_object('event', 'ACCOUNT_CHANGES_FAILED', 'level', 'error', 'sqlstate', left(v_error, 5))
  );
end
$$;

comment on function wa.try_account_changes(jsonb) is
'Applies what a payload says of the account in a subtransaction, so that a failure costs the messages beside it nothing: the payload is then kept for a replay. Returns events.';

revoke all on function wa.try_account_changes(jsonb) from public;
grant execute on function wa.try_account_changes(jsonb) to wa_runtime;

-- functions/alerts/alert_of_dispatch.sql
create or replace function wa.alert_of_dispatch(p_counts jsonb, p_failures jsonb)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into wa.alert_occurrences (kind, group_key, detail, seen_count)
  select
    'event_failed',
    failed.event ->> 'sqlstate',
    (array_agg(failed.event - '{event,level}'::text[]))[1],
    count(*)
  from jsonb_array_elements(p_failures) as failed (event)
  group by failed.event ->> 'sqlstate'
  union all
  select 'invalid_sender_spike', 'invalid_sender', '{}', (p_counts ->> 'invalid_sender')::integer
  where (p_counts ->> 'invalid_sender')::integer > 0
$$;

comment on function wa.alert_of_dispatch(jsonb, jsonb) is
'Lets a person know of messages that failed, one row for each SQLSTATE, and notes how many senders were invalid: whether that is a spike shows when alerts are grouped.';

revoke all on function wa.alert_of_dispatch(jsonb, jsonb) from public;
grant execute on function wa.alert_of_dispatch(jsonb, jsonb) to wa_runtime;

-- functions/alerts/group_alerts.sql
create or replace function wa.group_alerts()
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  -- Any number does, as long as nothing else uses it: the bytes of 'wa_alert'.
  c_grouper constant bigint := 8602261635289412212;
  -- Bounds the transaction; the next call takes the rest.
  c_most constant integer := 10000;
  v_repeat interval;
  v_spike_since timestamptz;
  v_is_spike boolean;
begin
  if not exists (select from wa.alert_occurrences) or not pg_try_advisory_xact_lock(c_grouper) then
    return;
  end if;

  v_repeat := make_interval(secs => wa.get_setting('alert_repeat_seconds')::double precision);
  v_spike_since := clock_timestamp()
    - make_interval(secs => wa.get_setting('invalid_sender_spike_seconds')::double precision);

  delete from wa.alert_occurrences as occurrence
  where occurrence.kind = 'invalid_sender_spike'
    and occurrence.occurred_at < v_spike_since;

  v_is_spike := (
    select coalesce(sum(occurrence.seen_count), 0) >= wa.get_setting('invalid_sender_spike_count')::integer
    from wa.alert_occurrences as occurrence
    where occurrence.kind = 'invalid_sender_spike'
  );

  with taken as (
    delete from wa.alert_occurrences as occurrence
    where occurrence.id in (
      select due.id
      from wa.alert_occurrences as due
      where due.kind <> 'invalid_sender_spike' or v_is_spike
      order by due.id
      limit c_most
    )
    returning occurrence.*
  )

  insert into wa.alerts as alert (kind, group_key, detail, seen_count, first_seen_at, last_seen_at)
  select
    taken.kind,
    taken.group_key,
    (array_agg(taken.detail order by taken.id desc))[1],
    sum(taken.seen_count),
    min(taken.occurred_at),
    max(taken.occurred_at)
  from taken
  group by taken.kind, taken.group_key
  order by taken.kind, taken.group_key
  on conflict (kind, group_key) do update
  set
    detail = excluded.detail,
    last_seen_at = excluded.last_seen_at,
    -- After a time of quiet it is another incident, and counted from one.
    (seen_count, first_seen_at, delivered_count) = (
      select
        case when incident.is_new then excluded.seen_count else alert.seen_count + excluded.seen_count end,
        case when incident.is_new then excluded.first_seen_at else alert.first_seen_at end,
        case when incident.is_new then 0 else alert.delivered_count end
      from (
        select
          alert.delivered_count = alert.seen_count and alert.last_seen_at < excluded.first_seen_at - v_repeat
      ) as incident (is_new)
    ),
    (next_attempt_at, attempt_count, given_up_at) = (
      select
        case when alert.given_up_at is null then alert.next_attempt_at else clock_timestamp() end,
        case when alert.given_up_at is null then alert.attempt_count else 0 end,
        null::timestamptz
    );
end
$$;

comment on function wa.group_alerts() is
'Moves what has happened into wa.alerts, one row for each kind and group with a count. Messages of invalid senders become an alert only as a spike. One caller at a time; others return at once.';

revoke all on function wa.group_alerts() from public;
grant execute on function wa.group_alerts() to wa_runtime;

-- functions/alerts/mask_numbers.sql
create or replace function wa.mask_numbers(p_text text)
returns text
language sql
immutable
set search_path = ''
as $$
  select regexp_replace(p_text, '\+?\d[\d ()-]{6,}\d', '***', 'g')
$$;

comment on function wa.mask_numbers(text) is
'A text in which whatever may be a phone number is ***: for what others have written and an alert quotes.';

revoke all on function wa.mask_numbers(text) from public;
grant execute on function wa.mask_numbers(text) to wa_runtime, wa_maintenance;

-- functions/alerts/raise_alert.sql
create or replace function wa.raise_alert(p_kind text, p_group_key text, p_detail jsonb)
returns void
language sql
volatile
set search_path = ''
as $$
  -- Grouped later: whoever raises an alert waits for nobody.
  insert into wa.alert_occurrences (kind, group_key, detail)
  values (p_kind, left(p_group_key, 200), p_detail)
$$;

comment on function wa.raise_alert(text, text, jsonb) is
'Lets a person know, through ALERT_WEBHOOK_URL, once this transaction commits. Occurrences of the same kind and group become one alert with a count. p_detail holds nothing personal.';

revoke all on function wa.raise_alert(text, text, jsonb) from public;
grant execute on function wa.raise_alert(text, text, jsonb) to wa_runtime, wa_maintenance;

-- functions/alerts/wa_alerts_claim.sql
create or replace function public.wa_alerts_claim(worker text)
returns table (id bigint, lock_token uuid, alert jsonb)
language plpgsql
volatile
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  perform wa.group_alerts();

  return query
  with due as materialized (
    select candidate.id
    from wa.alerts as candidate
    where candidate.delivered_count < candidate.seen_count
      and candidate.next_attempt_at <= clock_timestamp()
    order by candidate.next_attempt_at
    limit 10
    for update skip locked
  ),

  claimed as (
    update wa.alerts as taken
    set
      lock_token = gen_random_uuid(),
      -- Longer than any time-out of a delivery.
      next_attempt_at = clock_timestamp() + interval '90 seconds'
    from due
    where taken.id = due.id
    returning taken.*
  )

  select
    claimed.id,
    claimed.lock_token,
    jsonb_build_object(
      'kind', claimed.kind,
      'group_key', claimed.group_key,
      'level', coalesce(known.level, 'error'),
      'meaning', known.meaning,
      'next_step', known.next_step,
      'count', claimed.seen_count,
      'new_count', claimed.seen_count - claimed.delivered_count,
      'first_seen_at', claimed.first_seen_at,
      'last_seen_at', claimed.last_seen_at,
      'detail', claimed.detail,
      'reported_by', wa_alerts_claim.worker
    )
  from claimed
  left join wa.alert_kinds as known on claimed.kind = known.kind;
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_alerts_claim(text) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_alerts_claim(text) is
'Hands a worker up to ten alerts with news, for 90 seconds. alert is what to post: kind, group_key, level, meaning, next_step, counts, times, and detail without anything personal. Settled with wa_alerts_settle.';

revoke all on function public.wa_alerts_claim(text) from public;
grant execute on function public.wa_alerts_claim(text) to wa_notifier_role;

-- functions/alerts/wa_alerts_group.sql
create or replace function public.wa_alerts_group()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform wa.group_alerts();
  return (
    select count(*)
    from wa.alerts as alert
    where alert.delivered_count < alert.seen_count
  );
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_alerts_group() owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_alerts_group() is
'Groups what has happened into wa.alerts without handing anything out, for a notifier that has nowhere to deliver alerts. Returns how many alerts have news.';

revoke all on function public.wa_alerts_group() from public;
grant execute on function public.wa_alerts_group() to wa_notifier_role;

-- functions/alerts/wa_alerts_settle.sql
create or replace function public.wa_alerts_settle(results jsonb)
returns jsonb
language sql
volatile
security definer
set search_path = ''
as $$
  with settled as (
    update wa.alerts as alert
    set
      lock_token = null,
      delivered_count = case when result.delivered then result.new_count else alert.delivered_count end,
      delivered_at = case when result.delivered then clock_timestamp() else alert.delivered_at end,
      attempt_count = case when result.delivered then 0 else alert.attempt_count + 1 end,
      given_up_at = case when result.is_given_up then clock_timestamp() end,
      next_attempt_at = case
        when result.delivered
          then clock_timestamp() + make_interval(secs => wa.get_setting('alert_repeat_seconds')::double precision)
        when result.is_given_up then 'infinity'
        else clock_timestamp() + make_interval(
          secs => least(3600, 30 * power(2, least(alert.attempt_count, 10))) * (1 + random() / 4)
        )
      end
    from (
      select
        given.id,
        given.lock_token,
        given.delivered,
        coalesce(given.count, 0) as new_count,
        not given.delivered
        and claimed.attempt_count + 1 >= wa.get_setting('alert_max_attempts')::integer as is_given_up
      from jsonb_to_recordset(wa_alerts_settle.results) as given (
        id bigint, lock_token uuid, delivered boolean, count integer
      )
      inner join wa.alerts as claimed on given.id = claimed.id
    ) as result
    where alert.id = result.id
      and alert.lock_token = result.lock_token
    returning result.delivered, result.is_given_up
  )

  select jsonb_build_object(
    'delivered', count(*) filter (where settled.delivered),
    'retried', count(*) filter (where not settled.delivered and not settled.is_given_up),
    'given_up', count(*) filter (where settled.is_given_up),
    'stale', jsonb_array_length(wa_alerts_settle.results) - count(*)
  )
  from settled;
$$;

grant create on schema public to wa_runtime;
alter function public.wa_alerts_settle(jsonb) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_alerts_settle(jsonb) is
'Takes whether claimed alerts were delivered: an array of {"id", "lock_token", "delivered", "count"}, count being the one that was posted. An alert that was not is tried again, later each time, and given up after alert_max_attempts. Returns counts.';

revoke all on function public.wa_alerts_settle(jsonb) from public;
grant execute on function public.wa_alerts_settle(jsonb) to wa_notifier_role;

-- functions/baskets/append_contribution.sql
create or replace function wa.append_contribution(
  p_basket public.baskets,
  p_user_id uuid,
  p_amount_minor bigint,
  p_reference text,
  p_reverses_entry_number integer default null
)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_last public.basket_contributions;
  v_is_new boolean;
begin
  select entry.* into v_last
  from public.basket_contributions as entry
  where entry.basket_id = p_basket.id
  order by entry.entry_number desc
  limit 1;

  insert into public.basket_contributions (
    basket_id, entry_number, user_id, amount_minor, currency, reference, reverses_entry_number,
    balance_before_minor, balance_after_minor
  )
  values (
    p_basket.id, coalesce(v_last.entry_number, 0) + 1, p_user_id, p_amount_minor, p_basket.currency,
    p_reference, p_reverses_entry_number,
    coalesce(v_last.balance_after_minor, 0), coalesce(v_last.balance_after_minor, 0) + p_amount_minor
  )
  on conflict on constraint basket_contributions_reference_key do nothing;

  v_is_new := found;

  if v_is_new then
    update public.baskets as basket
    set last_activity_at = now()
    where basket.id = p_basket.id;
  end if;
  return v_is_new;
end
$$;

comment on function wa.append_contribution(public.baskets, uuid, bigint, text, integer) is
'Adds one entry to a basket''s ledger, continuing its balance; false when the reference is taken. The caller holds the basket''s lock.';

revoke all on function wa.append_contribution(public.baskets, uuid, bigint, text, integer) from public;
grant execute on function wa.append_contribution(public.baskets, uuid, bigint, text, integer)
to wa_basket_owner;

-- functions/baskets/basket_balance.sql
create or replace function wa.basket_balance(p_basket_id uuid)
returns bigint
language sql
stable
set search_path = ''
as $$
  select coalesce(
    (
      select entry.balance_after_minor
      from public.basket_contributions as entry
      where entry.basket_id = p_basket_id
      order by entry.entry_number desc
      limit 1
    ),
    0
  )
$$;

comment on function wa.basket_balance(uuid) is
'What is in a basket, in minor units of its currency: what its last ledger entry left.';

revoke all on function wa.basket_balance(uuid) from public;
grant execute on function wa.basket_balance(uuid) to wa_basket_owner;

-- functions/baskets/basket_close.sql
create or replace function public.basket_close(_profile_id uuid, _basket_id uuid)
returns table (basket_id uuid, basket_name text, status text, closed_at timestamptz)
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := wa.lock_acting_profile(_profile_id);
  v_basket public.baskets := wa.lock_basket_as_member(_basket_id, v_user_id, 'owner');
begin
  update public.baskets as basket
  set status = 'closed', closed_at = now(), last_activity_at = now()
  where basket.id = v_basket.id and basket.status = 'open';

  return query
  select basket.id, basket.name, basket.status, basket.closed_at
  from public.baskets as basket
  where basket.id = v_basket.id;
end
$$;

grant create on schema public to wa_basket_owner;
alter function public.basket_close(uuid, uuid) owner to wa_basket_owner;
revoke create on schema public from wa_basket_owner;

comment on function public.basket_close(uuid, uuid) is
'Closes a basket of the profile for good; changes nothing if it is closed already. Raises WA020, WA021, WA022, WA023.';

revoke all on function public.basket_close(uuid, uuid) from public;
grant execute on function public.basket_close(uuid, uuid) to wa_runtime;

-- functions/baskets/basket_contribute.sql
create or replace function public.basket_contribute(
  _profile_id uuid, _basket_id uuid, _amount_minor bigint, _reference text
)
returns table (
  basket_id uuid, basket_name text, amount_minor bigint, balance_minor bigint, currency text, is_new boolean
)
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := wa.lock_acting_profile(_profile_id);
  v_reference text := regexp_replace(_reference, '^\s+|\s+$', '', 'g');
  v_basket public.baskets;
  v_is_new boolean := false;
begin
  perform wa.check_contribution(_amount_minor, v_reference);

  -- A repeat is answered even where a first one would be refused: the basket may have been closed since.
  if not wa.is_contribution_recorded(v_reference, v_user_id, _basket_id, _amount_minor) then
    v_basket := wa.lock_basket_as_member(_basket_id, v_user_id);

    if not wa.is_contribution_recorded(v_reference, v_user_id, _basket_id, _amount_minor) then
      perform wa.require_open_basket(v_basket);
      v_is_new := wa.append_contribution(v_basket, v_user_id, _amount_minor, v_reference);

      if not v_is_new then
        perform wa.is_contribution_recorded(v_reference, v_user_id, _basket_id, _amount_minor);
      end if;
    end if;
  end if;

  return query
  select
    basket.id, basket.name, _amount_minor, wa.basket_balance(basket.id), basket.currency, v_is_new
  from public.baskets as basket
  where basket.id = _basket_id;
end
$$;

grant create on schema public to wa_basket_owner;
alter function public.basket_contribute(uuid, uuid, bigint, text) owner to wa_basket_owner;
revoke create on schema public from wa_basket_owner;

comment on function public.basket_contribute(uuid, uuid, bigint, text) is
'Records a payment of the profile into an open basket it is in: _amount_minor in minor units of the basket''s currency, once for each _reference, however often it is called. Answers with the balance. Raises WA020, WA021, WA022, WA024, WA032, WA033, WA034.';

revoke all on function public.basket_contribute(uuid, uuid, bigint, text) from public;
grant execute on function public.basket_contribute(uuid, uuid, bigint, text) to wa_runtime;

-- functions/baskets/basket_create.sql
create or replace function public.basket_create(
  _profile_id uuid, _whatsapp text, _name text, _is_public boolean, _goal_minor bigint
)
returns table (basket_id uuid, share_token text, qr_url text)
language sql
volatile
security definer
set search_path = ''
as $$
  select created.basket_id, created.share_token, created.qr_url
  from wa.create_basket(_profile_id, _name, _is_public, _goal_minor) as created
$$;

grant create on schema public to wa_basket_owner;
alter function public.basket_create(uuid, text, text, boolean, bigint) owner to wa_basket_owner;
revoke create on schema public from wa_basket_owner;

comment on function public.basket_create(uuid, text, text, boolean, bigint) is
'Creates a basket that the profile owns. _goal_minor: minor units, null for no goal. _is_public: null means private. _whatsapp is accepted for older callers and not used. Raises WA020, WA026, WA027, WA031.';

revoke all on function public.basket_create(uuid, text, text, boolean, bigint) from public;
grant execute on function public.basket_create(uuid, text, text, boolean, bigint) to wa_runtime;

-- functions/baskets/basket_detail.sql
create or replace function public.basket_detail(_profile_id uuid, _basket_id uuid)
returns table (
  id uuid,
  name text,
  description text,
  status text,
  is_public boolean,
  member_count integer,
  balance_minor bigint,
  goal_minor bigint,
  currency text,
  share_token text,
  is_owner boolean,
  is_member boolean,
  owner_name text,
  owner_whatsapp text,
  last_activity timestamptz
)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := wa.resolve_acting_profile(_profile_id);
  v_basket public.baskets := wa.find_visible_basket(_basket_id, v_user_id);
begin
  return query
  select
    v_basket.id, v_basket.name, v_basket.description, v_basket.status, v_basket.is_public,
    v_basket.member_count, wa.basket_balance(v_basket.id), v_basket.goal_minor, v_basket.currency,
    v_basket.share_token, coalesce(mine.role = 'owner', false), mine.role is not null,
    owner.display_name, case when mine.role is not null then owner.whatsapp_e164 end,
    v_basket.last_activity_at
  from (select v_basket.id) as basket
  left join public.basket_members as mine on mine.basket_id = basket.id and mine.user_id = v_user_id
  left join lateral (
    select profile.display_name, profile.whatsapp_e164
    from public.basket_members as member
    inner join public.profiles as profile on profile.user_id = member.user_id
    where member.basket_id = basket.id and member.role = 'owner'
    order by member.joined_at, member.user_id
    limit 1
  ) as owner on true;
end
$$;

grant create on schema public to wa_basket_owner;
alter function public.basket_detail(uuid, uuid) owner to wa_basket_owner;
revoke create on schema public from wa_basket_owner;

comment on function public.basket_detail(uuid, uuid) is
'One basket, as a member sees it; anybody sees a public and open one, but without the owner''s number. Amounts in minor units of the currency. Raises WA020, WA021.';

revoke all on function public.basket_detail(uuid, uuid) from public;
grant execute on function public.basket_detail(uuid, uuid) to wa_runtime;

-- functions/baskets/basket_discover_nearby.sql
create or replace function public.basket_discover_nearby(
  _profile_id uuid, _lat double precision, _lng double precision, _limit integer
)
returns table (id uuid, name text, description text, distance_km double precision, member_count integer)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := wa.resolve_acting_profile(_profile_id);
  v_here double precision[];
  v_cube_schema name;
begin
  perform wa.check_basket_coordinates(_lat, _lng);

  if (_limit between 1 and 100) is not true then
    raise exception using
      errcode = 'WA030',
      message = 'the limit is out of range',
      detail = format('_limit is %s.', coalesce(_limit::text, 'null')),
      hint = 'Pass a number of baskets from 1 to 100.';
  end if;

  v_here := array[cosd(_lat) * cosd(_lng), cosd(_lat) * sind(_lng), sind(_lat)];

  -- The index answers nearest first only to cube's own operator, whose schema differs from one database to
  -- another.
  select namespace.nspname into v_cube_schema
  from pg_catalog.pg_extension as extension
  inner join pg_catalog.pg_namespace as namespace on namespace.oid = extension.extnamespace
  where extension.extname = 'cube';

  for id, name, description, distance_km, member_count in execute format(
    $query$
      select
        nearest.id, nearest.name, nearest.description,
        2 * 6371.0088 * asin(least(nearest.chord / 2, 1)), nearest.member_count
      from (
        select
          basket.id, basket.name, basket.description, basket.member_count,
          basket.place operator(%1$I.<->) %1$I.cube($1) as chord
        from public.baskets as basket
        where basket.is_public
          and basket.status = 'open'
          and basket.place is not null
          and not exists (
            select from public.basket_members as member
            where member.basket_id = basket.id and member.user_id = $2
          )
        order by basket.place operator(%1$I.<->) %1$I.cube($1)
        limit $3
      ) as nearest
      order by nearest.chord, nearest.id
    $query$,
    v_cube_schema
  )
  using v_here, v_user_id, _limit
  loop
    return next;
  end loop;
end
$$;

grant create on schema public to wa_basket_owner;
alter function public.basket_discover_nearby(uuid, double precision, double precision, integer)
owner to wa_basket_owner;
revoke create on schema public from wa_basket_owner;

comment on function public.basket_discover_nearby(uuid, double precision, double precision, integer) is
'Public, open baskets with a place that the profile is not in, nearest first, at most _limit (1 to 100). Distances are great circles on a sphere of 6371.0088 km radius. Raises WA020, WA029, WA030.';

revoke all on function public.basket_discover_nearby(uuid, double precision, double precision, integer)
from public;
grant execute on function public.basket_discover_nearby(uuid, double precision, double precision, integer)
to wa_runtime;

-- functions/baskets/basket_generate_qr.sql
create or replace function public.basket_generate_qr(_profile_id uuid, _basket_id uuid)
returns table (qr_url text)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := wa.resolve_acting_profile(_profile_id);
  v_basket public.baskets := wa.find_visible_basket(_basket_id, v_user_id);
begin
  perform wa.require_open_basket(v_basket);
  return query select wa.build_basket_link(v_basket.share_token);
end
$$;

grant create on schema public to wa_basket_owner;
alter function public.basket_generate_qr(uuid, uuid) owner to wa_basket_owner;
revoke create on schema public from wa_basket_owner;

comment on function public.basket_generate_qr(uuid, uuid) is
'The wa.me link that a QR code of the basket encodes: it opens a chat with the bot and the basket''s code in it. For those who see the basket, while it is open. Raises WA020, WA021, WA024, WA031.';

revoke all on function public.basket_generate_qr(uuid, uuid) from public;
grant execute on function public.basket_generate_qr(uuid, uuid) to wa_runtime;

-- functions/baskets/basket_join_by_code.sql
create or replace function public.basket_join_by_code(_profile_id uuid, _whatsapp text, _code text)
returns table (basket_id uuid, basket_name text)
language sql
volatile
security definer
set search_path = ''
as $$
  select joined.basket_id, joined.basket_name
  from wa.join_basket_by_code(_profile_id, _code) as joined
$$;

grant create on schema public to wa_basket_owner;
alter function public.basket_join_by_code(uuid, text, text) owner to wa_basket_owner;
revoke create on schema public from wa_basket_owner;

comment on function public.basket_join_by_code(uuid, text, text) is
'Makes the profile a member of the basket with this code; changes nothing if it is one. No row: no basket has this code, and the try was counted. _whatsapp is accepted for older callers and not used. Raises WA020, WA024, WA028.';

revoke all on function public.basket_join_by_code(uuid, text, text) from public;
grant execute on function public.basket_join_by_code(uuid, text, text) to wa_runtime;

-- functions/baskets/basket_leave.sql
create or replace function public.basket_leave(_profile_id uuid, _basket_id uuid)
returns table (basket_id uuid, basket_name text, status text)
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := wa.lock_acting_profile(_profile_id);
  v_basket public.baskets := wa.lock_basket_as_member(_basket_id, v_user_id);
begin
  if v_basket.status = 'open' and v_basket.member_count > 1 and v_basket.owner_count = 1 and exists (
    select from public.basket_members as member
    where member.basket_id = v_basket.id and member.user_id = v_user_id and member.role = 'owner'
  ) then
    raise exception using
      errcode = 'WA025',
      message = 'the last owner cannot leave an open basket that still has members',
      detail = format('Basket %s has %s members.', v_basket.id, v_basket.member_count),
      hint = 'Close the basket first, with basket_close.';
  end if;

  delete from public.basket_members as member
  where member.basket_id = v_basket.id and member.user_id = v_user_id;

  return query
  select basket.id, basket.name, basket.status
  from public.baskets as basket
  where basket.id = v_basket.id;
end
$$;

grant create on schema public to wa_basket_owner;
alter function public.basket_leave(uuid, uuid) owner to wa_basket_owner;
revoke create on schema public from wa_basket_owner;

comment on function public.basket_leave(uuid, uuid) is
'Takes the profile out of a basket. The basket closes when its last member leaves. Raises WA020, WA021, WA022, WA025.';

revoke all on function public.basket_leave(uuid, uuid) from public;
grant execute on function public.basket_leave(uuid, uuid) to wa_runtime;

-- functions/baskets/basket_list_mine.sql
create or replace function public.basket_list_mine(_profile_id uuid)
returns table (
  id uuid,
  name text,
  status text,
  member_count integer,
  balance_minor bigint,
  currency text,
  is_owner boolean,
  is_public boolean,
  goal_minor bigint,
  last_activity timestamptz
)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := wa.resolve_acting_profile(_profile_id);
begin
  return query
  select
    basket.id, basket.name, basket.status, basket.member_count, wa.basket_balance(basket.id),
    basket.currency, member.role = 'owner', basket.is_public, basket.goal_minor, basket.last_activity_at
  from public.basket_members as member
  inner join public.baskets as basket on basket.id = member.basket_id
  where member.user_id = v_user_id
  order by basket.status desc, basket.last_activity_at desc, basket.id;
end
$$;

grant create on schema public to wa_basket_owner;
alter function public.basket_list_mine(uuid) owner to wa_basket_owner;
revoke create on schema public from wa_basket_owner;

comment on function public.basket_list_mine(uuid) is
'The baskets that the profile is in, open ones first, the most recently active first. Amounts in minor units of the currency. Raises WA020.';

revoke all on function public.basket_list_mine(uuid) from public;
grant execute on function public.basket_list_mine(uuid) to wa_runtime;

-- functions/baskets/basket_set_description.sql
create or replace function public.basket_set_description(_profile_id uuid, _basket_id uuid, _description text)
returns table (basket_id uuid, basket_name text)
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := wa.lock_acting_profile(_profile_id);
  v_basket public.baskets := wa.lock_basket_as_member(_basket_id, v_user_id, 'owner');
  v_description text := nullif(regexp_replace(_description, '^\s+|\s+$', '', 'g'), '');
begin
  perform wa.require_open_basket(v_basket);

  if char_length(v_description) > 300 then
    raise exception using
      errcode = 'WA036',
      message = 'the description of the basket is too long',
      detail = format('It has %s characters after trimming.', char_length(v_description)),
      hint = 'Pass at most 300 characters.';
  end if;

  update public.baskets as basket
  set description = v_description, last_activity_at = now()
  where basket.id = v_basket.id;

  return query select v_basket.id, v_basket.name;
end
$$;

grant create on schema public to wa_basket_owner;
alter function public.basket_set_description(uuid, uuid, text) owner to wa_basket_owner;
revoke create on schema public from wa_basket_owner;

comment on function public.basket_set_description(uuid, uuid, text) is
'Says what a basket of the profile is for, to people who find it; null or an empty text takes it away. Raises WA020 to WA024 and WA036.';

revoke all on function public.basket_set_description(uuid, uuid, text) from public;
grant execute on function public.basket_set_description(uuid, uuid, text) to wa_runtime;

-- functions/baskets/basket_set_place.sql
create or replace function public.basket_set_place(
  _profile_id uuid, _basket_id uuid, _lat double precision, _lng double precision
)
returns table (basket_id uuid, basket_name text)
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := wa.lock_acting_profile(_profile_id);
  v_basket public.baskets := wa.lock_basket_as_member(_basket_id, v_user_id, 'owner');
begin
  perform wa.require_open_basket(v_basket);

  if _lat is not null or _lng is not null then
    perform wa.check_basket_coordinates(_lat, _lng);
  end if;

  update public.baskets as basket
  set latitude = _lat, longitude = _lng, last_activity_at = now()
  where basket.id = v_basket.id;

  return query select v_basket.id, v_basket.name;
end
$$;

grant create on schema public to wa_basket_owner;
alter function public.basket_set_place(uuid, uuid, double precision, double precision)
owner to wa_basket_owner;
revoke create on schema public from wa_basket_owner;

comment on function public.basket_set_place(uuid, uuid, double precision, double precision) is
'Says where a basket of the profile is (degrees, WGS 84), so that it is found nearby if it is public; two nulls take the place away. Raises WA020 to WA024 and WA029.';

revoke all on function public.basket_set_place(uuid, uuid, double precision, double precision) from public;
grant execute on function public.basket_set_place(uuid, uuid, double precision, double precision)
to wa_runtime;

-- functions/baskets/build_basket_link.sql
create or replace function wa.build_basket_link(p_share_token text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_number text := wa.get_setting('bot_number_e164') #>> '{}';
begin
  if v_number = '' then
    raise exception using
      errcode = 'WA031',
      message = 'the bot''s own number is not set, so there is no link to it',
      detail = 'The setting bot_number_e164 is empty.',
      hint = 'update wa.settings set value = ''"+<country code and number>"'' where key = ''bot_number_e164'';';
  end if;
  return format('https://wa.me/%s?text=JB%%3A%s', ltrim(v_number, '+'), p_share_token);
end
$$;

comment on function wa.build_basket_link(text) is
'The wa.me link that opens a chat with the bot and the basket''s code in it. Raises WA031 when the bot''s number is not set.';

revoke all on function wa.build_basket_link(text) from public;
grant execute on function wa.build_basket_link(text) to wa_basket_owner;

-- functions/baskets/check_basket_coordinates.sql
create or replace function wa.check_basket_coordinates(p_lat double precision, p_lng double precision)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  -- NaN sorts above every number, so that the ranges refuse it too.
  if (p_lat between -90 and 90 and p_lng between -180 and 180) is not true then
    raise exception using
      errcode = 'WA029',
      message = 'these coordinates are not a place on earth',
      detail = format('_lat is %s, _lng is %s.', coalesce(p_lat::text, 'null'), coalesce(p_lng::text, 'null')),
      hint = 'Pass degrees: _lat from -90 to 90, _lng from -180 to 180.';
  end if;
end
$$;

comment on function wa.check_basket_coordinates(double precision, double precision) is
'Raises WA029 unless both are degrees in range: not null, NaN or infinite.';

revoke all on function wa.check_basket_coordinates(double precision, double precision) from public;
grant execute on function wa.check_basket_coordinates(double precision, double precision) to wa_basket_owner;

-- functions/baskets/check_contribution.sql
create or replace function wa.check_contribution(p_amount_minor bigint, p_reference text)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if (p_amount_minor between 1 and 1000000000000000) is not true then
    raise exception using
      errcode = 'WA032',
      message = 'the contribution is not a positive amount',
      detail = format('_amount_minor is %s.', coalesce(p_amount_minor::text, 'null')),
      hint = 'Pass minor units of the basket''s currency, from 1 to 10^15.';
  end if;

  if (char_length(p_reference) between 1 and 128) is not true then
    raise exception using
      errcode = 'WA033',
      message = 'the contribution has no usable reference',
      detail = format('_reference has %s characters after trimming.', coalesce(char_length(p_reference), 0)),
      hint = 'Pass the payment''s own name, of 1 to 128 characters: the same payment counts once.';
  end if;
end
$$;

comment on function wa.check_contribution(bigint, text) is
'Raises WA032 or WA033 when the amount or the reference of a contribution is not acceptable.';

revoke all on function wa.check_contribution(bigint, text) from public;
grant execute on function wa.check_contribution(bigint, text) to wa_basket_owner;

-- functions/baskets/clean_basket_name.sql
create or replace function wa.clean_basket_name(p_name text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_name text := btrim(
    regexp_replace(
      p_name, '[ \u0001-\u001f\u007f-\u00a0\u1680\u2000-\u200a\u2028-\u202f\u205f\u2066-\u2069\u3000\ufeff]+',
      ' ', 'g'
    )
  );
begin
  if char_length(v_name) between 1 and 60
    and v_name
      ~ '[^ \u00ad\u034f\u061c\u115f\u1160\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\uffa0]'
  then
    return v_name;
  end if;

  raise exception using
    errcode = 'WA026',
    message = 'the name of the basket is empty or too long',
    detail = format('It has %s characters after trimming.', coalesce(char_length(v_name), 0)),
    hint = 'Pass a name of 1 to 60 characters with something visible in it.';
end
$$;

comment on function wa.clean_basket_name(text) is
'A basket''s name on one line, trimmed, without characters that hide or reorder text. Raises WA026 when nothing visible or more than 60 characters are left.';

revoke all on function wa.clean_basket_name(text) from public;
grant execute on function wa.clean_basket_name(text) to wa_basket_owner, wa_runtime;

-- functions/baskets/count_basket_member.sql
create or replace function wa.count_basket_member()
returns trigger
language plpgsql
volatile
set search_path = ''
as $$
begin
  if tg_op <> 'DELETE' and exists (
    select from public.profiles as profile
    where profile.user_id = new.user_id and profile.merged_into is not null
  ) then
    raise exception using
      errcode = 'WA020',
      message = 'a merged profile cannot be in a basket',
      detail = format('The profile is %s.', new.user_id),
      hint = 'Use the profile that profiles.merged_into leads to.';
  end if;

  if tg_op = 'INSERT' then
    update public.baskets as basket
    set
      member_count = basket.member_count + 1,
      owner_count = basket.owner_count + (new.role = 'owner')::integer,
      last_activity_at = now()
    where basket.id = new.basket_id and basket.status = 'open';

    if not found then
      perform wa.require_open_basket(basket) from public.baskets as basket where basket.id = new.basket_id;
    end if;
  elsif tg_op = 'DELETE' then
    update public.baskets as basket
    set
      member_count = basket.member_count - 1,
      owner_count = basket.owner_count - (old.role = 'owner')::integer,
      status = case when basket.member_count = 1 then 'closed' else basket.status end,
      closed_at = case when basket.member_count = 1 then coalesce(basket.closed_at, now()) else basket.closed_at end,
      last_activity_at = now()
    where basket.id = old.basket_id;
  else
    update public.baskets as basket
    set owner_count = basket.owner_count + (new.role = 'owner')::integer - (old.role = 'owner')::integer
    where basket.id = new.basket_id;
  end if;
  return null;
end
$$;

comment on function wa.count_basket_member() is
'Keeps member_count and owner_count of a basket, refuses members of a closed basket or a merged profile, and closes a basket that its last member left.';

revoke all on function wa.count_basket_member() from public;
grant execute on function wa.count_basket_member() to wa_basket_owner;

create or replace trigger basket_members_count
after insert or delete or update of role, user_id on public.basket_members
for each row execute function wa.count_basket_member();

comment on trigger basket_members_count on public.basket_members is
'Updates the basket''s row, and so takes its lock: whoever changes members, the rules of the basket hold.';

-- functions/baskets/create_basket.sql
create or replace function wa.create_basket(p_profile_id uuid, p_name text, p_is_public boolean, p_goal_minor bigint)
returns table (basket_id uuid, share_token text, qr_url text)
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_user_id uuid := wa.lock_acting_profile(p_profile_id);
  v_name text := wa.clean_basket_name(p_name);
  v_basket_id uuid;
  v_share_token text;
begin
  if (coalesce(p_goal_minor, 1) between 1 and 1000000000000000) is not true then
    raise exception using
      errcode = 'WA027',
      message = 'the goal is not a positive amount',
      detail = format('_goal_minor is %s.', p_goal_minor),
      hint = 'Pass minor units of the currency, from 1 to 10^15, or null for no goal.';
  end if;

  loop
    insert into public.baskets (name, is_public, goal_minor, currency, share_token)
    values (
      v_name, coalesce(p_is_public, false), p_goal_minor,
      wa.get_setting('default_currency') #>> '{}', wa.generate_basket_code()
    )
    on conflict on constraint baskets_share_token_key do nothing
    returning baskets.id, baskets.share_token into v_basket_id, v_share_token;

    exit when found;
  end loop;

  insert into public.basket_members (basket_id, user_id, role)
  values (v_basket_id, v_user_id, 'owner');

  return query select v_basket_id, v_share_token, wa.build_basket_link(v_share_token);
end
$$;

comment on function wa.create_basket(uuid, text, boolean, bigint) is
'Creates a basket that the profile owns: the work of basket_create. Raises WA020, WA026, WA027, WA031.';

revoke all on function wa.create_basket(uuid, text, boolean, bigint) from public;
grant execute on function wa.create_basket(uuid, text, boolean, bigint) to wa_basket_owner;

-- functions/baskets/find_visible_basket.sql
create or replace function wa.find_visible_basket(p_basket_id uuid, p_user_id uuid)
returns public.baskets
language plpgsql
stable
set search_path = ''
as $$
declare
  v_basket public.baskets;
begin
  select basket.* into v_basket
  from public.baskets as basket
  where basket.id = p_basket_id
    and (
      (basket.is_public and basket.status = 'open')
      or exists (
        select from public.basket_members as member
        where member.basket_id = basket.id and member.user_id = p_user_id
      )
    );

  if not found then
    raise exception using
      errcode = 'WA021',
      message = 'there is no such basket for this profile',
      detail = format('_basket_id is %s.', coalesce(p_basket_id::text, 'null')),
      hint = 'Only members see a basket that is private or closed. Use an id from basket_list_mine or basket_discover_nearby.';
  end if;
  return v_basket;
end
$$;

comment on function wa.find_visible_basket(uuid, uuid) is
'A basket that this person may see: one of its own, or a public and open one. Raises WA021 otherwise, without telling whether it exists.';

revoke all on function wa.find_visible_basket(uuid, uuid) from public;
grant execute on function wa.find_visible_basket(uuid, uuid) to wa_basket_owner;

-- functions/baskets/fold_basket_code.sql
create or replace function wa.fold_basket_code(p_code text)
returns text
language sql
immutable
set search_path = ''
as $$
  select translate(
    regexp_replace(
      upper(regexp_replace(left(p_code, 100), '^\s*jb\s*:', '', 'i') collate "C"),
      '[^0-9A-Z]', '', 'g'
    ),
    'OILU', '011V'
  )
$$;

comment on function wa.fold_basket_code(text) is
'A typed code as baskets.share_token has it: without regard to case, spaces, hyphens and the prefix JB:, and with letters that are taken for another (O, I, L, U) read as that one.';

revoke all on function wa.fold_basket_code(text) from public;
grant execute on function wa.fold_basket_code(text) to wa_basket_owner, wa_runtime;

-- functions/baskets/generate_basket_code.sql
create or replace function wa.generate_basket_code()
returns text
language sql
volatile
set search_path = ''
as $$
  -- Bytes 6 and 8 of a version 4 UUID are not all random; the others are, and 5 of 8 bits are taken without bias.
  select string_agg(
    substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (get_byte(source.bytes, position.byte) & 31) + 1, 1), ''
  )
  from (select uuid_send(gen_random_uuid()) as bytes) as source
  cross join unnest(array[0, 1, 2, 3, 4, 5, 9, 10, 11, 12]) as position (byte)
$$;

comment on function wa.generate_basket_code() is
'A new basket code: ten symbols of Crockford''s base 32, 50 bits from the server''s strong random source.';

revoke all on function wa.generate_basket_code() from public;
grant execute on function wa.generate_basket_code() to wa_basket_owner;

-- functions/baskets/hold_profile.sql
create or replace function wa.hold_profile(p_profile_id uuid)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  select from public.profiles as profile
  where profile.user_id = p_profile_id
  for key share
$$;

grant create on schema wa to wa_runtime;
alter function wa.hold_profile(uuid) owner to wa_runtime;
revoke create on schema wa from wa_runtime;

comment on function wa.hold_profile(uuid) is
'Keeps a profile from being merged until the end of the transaction; hinders nothing else. The basket routines may read profiles but not lock them, so that this one does.';

revoke all on function wa.hold_profile(uuid) from public;
grant execute on function wa.hold_profile(uuid) to wa_basket_owner;

-- functions/baskets/is_contribution_recorded.sql
create or replace function wa.is_contribution_recorded(
  p_reference text, p_user_id uuid, p_basket_id uuid, p_amount_minor bigint
)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_entry public.basket_contributions;
begin
  select entry.* into v_entry
  from public.basket_contributions as entry
  where entry.reference = p_reference;

  if not found then
    return false;
  end if;

  if v_entry.basket_id is distinct from p_basket_id
    or v_entry.amount_minor <> p_amount_minor
    or wa.resolve_acting_profile(v_entry.user_id) <> p_user_id
  then
    raise exception using
      errcode = 'WA034',
      message = 'this reference belongs to another contribution',
      detail = format('Reference %s was recorded with another profile, basket or amount.', p_reference),
      hint = 'Use one reference a payment, and repeat a call with exactly the same arguments.';
  end if;
  return true;
end
$$;

comment on function wa.is_contribution_recorded(text, uuid, uuid, bigint) is
'Whether this very contribution is in the ledger. Raises WA034 when its reference names another one. Volatile, to see what was committed while the caller waited for a lock.';

revoke all on function wa.is_contribution_recorded(text, uuid, uuid, bigint) from public;
grant execute on function wa.is_contribution_recorded(text, uuid, uuid, bigint) to wa_basket_owner;

-- functions/baskets/join_basket_by_code.sql
create or replace function wa.join_basket_by_code(p_profile_id uuid, p_code text)
returns table (basket_id uuid, basket_name text)
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_user_id uuid := wa.lock_acting_profile(p_profile_id);
  v_basket public.baskets;
begin
  perform wa.open_basket_join_attempt(v_user_id);

  select basket.* into v_basket
  from public.baskets as basket
  where basket.share_token = wa.fold_basket_code(p_code)
  for no key update;

  -- Raising would undo the count of wrong tries, and with it the limit.
  if not found then
    update wa.basket_join_attempts as attempt
    set wrong_tries = attempt.wrong_tries + 1
    where attempt.user_id = v_user_id;
    return;
  end if;

  if not exists (
    select from public.basket_members as member
    where member.basket_id = v_basket.id and member.user_id = v_user_id
  ) then
    -- The table's trigger refuses a closed basket.
    insert into public.basket_members (basket_id, user_id) values (v_basket.id, v_user_id);
  end if;

  return query select v_basket.id, v_basket.name;
end
$$;

comment on function wa.join_basket_by_code(uuid, text) is
'Makes the profile a member of the basket with this code: the work of basket_join_by_code. No row: no basket has this code, and the try was counted. Raises WA020, WA024, WA028.';

revoke all on function wa.join_basket_by_code(uuid, text) from public;
grant execute on function wa.join_basket_by_code(uuid, text) to wa_basket_owner;

-- functions/baskets/lock_acting_profile.sql
create or replace function wa.lock_acting_profile(p_profile_id uuid)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_user_id uuid := wa.resolve_acting_profile(p_profile_id);
  v_survivor uuid;
begin
  loop
    perform wa.hold_profile(v_user_id);
    v_survivor := wa.resolve_acting_profile(v_user_id);
    exit when v_survivor = v_user_id;
    v_user_id := v_survivor;
  end loop;
  return v_user_id;
end
$$;

comment on function wa.lock_acting_profile(uuid) is
'The profile that acts, as wa.resolve_acting_profile has it, held until the end of the transaction. Taken before every other lock, as a merge does, so that the two wait for each other in one order.';

revoke all on function wa.lock_acting_profile(uuid) from public;
grant execute on function wa.lock_acting_profile(uuid) to wa_basket_owner;

-- functions/baskets/lock_basket_as_member.sql
create or replace function wa.lock_basket_as_member(
  p_basket_id uuid, p_user_id uuid, p_required_role text default 'member'
)
returns public.baskets
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_basket public.baskets;
  v_role text;
begin
  select basket.* into v_basket
  from public.baskets as basket
  where basket.id = p_basket_id
  for no key update;

  select member.role into v_role
  from public.basket_members as member
  where member.basket_id = p_basket_id and member.user_id = p_user_id;

  if v_role is null then
    perform wa.find_visible_basket(p_basket_id, p_user_id);

    raise exception using
      errcode = 'WA022',
      message = 'the profile is not a member of this basket',
      detail = format('_basket_id is %s.', p_basket_id),
      hint = 'Join first, with basket_join_by_code.';
  end if;

  if p_required_role = 'owner' and v_role <> 'owner' then
    raise exception using
      errcode = 'WA023',
      message = 'only an owner of the basket may do this',
      detail = format('_basket_id is %s.', p_basket_id),
      hint = 'Ask the owner: basket_detail names them.';
  end if;
  return v_basket;
end
$$;

comment on function wa.lock_basket_as_member(uuid, uuid, text) is
'Locks a basket, before anything that depends on it is read, and returns it. Raises WA021, WA022 or WA023 when the person does not see it, is not in it, or is not its owner where that is required.';

revoke all on function wa.lock_basket_as_member(uuid, uuid, text) from public;
grant execute on function wa.lock_basket_as_member(uuid, uuid, text) to wa_basket_owner;

-- functions/baskets/merge_basket_profiles.sql
create or replace function wa.merge_basket_profiles(p_from uuid, p_into uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  insert into wa.basket_join_attempts as attempt (user_id, wrong_tries, window_started_at)
  select p_into, merged.wrong_tries, merged.window_started_at
  from wa.basket_join_attempts as merged
  where merged.user_id = p_from
  on conflict on constraint basket_join_attempts_pkey do update
  set
    wrong_tries = greatest(attempt.wrong_tries, excluded.wrong_tries),
    window_started_at = greatest(attempt.window_started_at, excluded.window_started_at);

  delete from wa.basket_join_attempts as attempt
  where attempt.user_id = p_from;

  perform from public.baskets as basket
  where basket.id in (
    select member.basket_id from public.basket_members as member where member.user_id = p_from
  )
  order by basket.id
  for no key update;

  -- The survivor becomes owner before the other one goes, so that the basket has an owner at every moment.
  update public.basket_members as survivor
  set
    role = case when 'owner' in (survivor.role, merged.role) then 'owner' else 'member' end,
    joined_at = least(survivor.joined_at, merged.joined_at)
  from public.basket_members as merged
  where survivor.user_id = p_into
    and merged.user_id = p_from
    and merged.basket_id = survivor.basket_id;

  delete from public.basket_members as merged
  using public.basket_members as survivor
  where merged.user_id = p_from
    and survivor.user_id = p_into
    and survivor.basket_id = merged.basket_id;

  update public.basket_members as member
  set user_id = p_into
  where member.user_id = p_from;
end
$$;

grant create on schema wa to wa_basket_owner;
alter function wa.merge_basket_profiles(uuid, uuid) owner to wa_basket_owner;
revoke create on schema wa from wa_basket_owner;

comment on function wa.merge_basket_profiles(uuid, uuid) is
'Moves what one profile has in baskets to another, of the same person: memberships (an owner stays owner) and the count of wrong codes. The ledger is not touched: it names the old profile, which points to the survivor. Call it after profiles.merged_into is set, so that nobody joins as the old one any more.';

revoke all on function wa.merge_basket_profiles(uuid, uuid) from public;
grant execute on function wa.merge_basket_profiles(uuid, uuid) to wa_runtime;

-- functions/baskets/open_basket_join_attempt.sql
create or replace function wa.open_basket_join_attempt(p_user_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_window interval := make_interval(secs => (wa.get_setting('basket_join_window_seconds'))::double precision);
  v_attempt wa.basket_join_attempts;
begin
  insert into wa.basket_join_attempts as attempt (user_id)
  values (p_user_id)
  on conflict on constraint basket_join_attempts_pkey do update
  set
    wrong_tries = case when attempt.window_started_at + v_window > now() then attempt.wrong_tries else 0 end,
    window_started_at = case
      when attempt.wrong_tries > 0 and attempt.window_started_at + v_window > now() then attempt.window_started_at
      else now()
    end
  returning attempt.* into v_attempt;

  if v_attempt.wrong_tries >= (wa.get_setting('basket_join_tries'))::integer then
    raise exception using
      errcode = 'WA028',
      message = 'too many wrong basket codes',
      detail = format('The profile may try again at %s.', v_attempt.window_started_at + v_window),
      hint = 'Wait, or change the settings basket_join_tries and basket_join_window_seconds.';
  end if;
end
$$;

comment on function wa.open_basket_join_attempt(uuid) is
'Takes the profile''s turn to use a basket code: one at a time, so that tries at the same moment are counted too. Raises WA028 when there were too many wrong ones.';

revoke all on function wa.open_basket_join_attempt(uuid) from public;
grant execute on function wa.open_basket_join_attempt(uuid) to wa_basket_owner;

-- functions/baskets/refuse_ledger_change.sql
create or replace function wa.refuse_ledger_change()
returns trigger
language plpgsql
volatile
set search_path = ''
as $$
begin
  raise exception using
    errcode = 'WA035',
    message = 'the ledger of contributions cannot be edited',
    detail = format('%s on %I.%I.', tg_op, tg_table_schema, tg_table_name),
    hint = 'Take a wrong contribution back with wa.reverse_basket_contribution, and record the right one.';
end
$$;

comment on function wa.refuse_ledger_change() is
'Refuses to change or remove ledger entries, whoever tries.';

revoke all on function wa.refuse_ledger_change() from public;
grant execute on function wa.refuse_ledger_change() to wa_basket_owner;

create or replace trigger basket_contributions_are_final
before update or delete or truncate on public.basket_contributions
for each statement execute function wa.refuse_ledger_change();

comment on trigger basket_contributions_are_final on public.basket_contributions is
'Entries are added and never changed, by nobody: not even by the owner of the table.';

-- functions/baskets/require_open_basket.sql
create or replace function wa.require_open_basket(p_basket public.baskets)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_basket.status = 'closed' then
    raise exception using
      errcode = 'WA024',
      message = 'the basket is closed',
      detail = format('Basket %s was closed at %s.', p_basket.id, p_basket.closed_at),
      hint = 'A closed basket takes no members, contributions or changes. Create a new one.';
  end if;
end
$$;

comment on function wa.require_open_basket(public.baskets) is
'Raises WA024 when the basket is closed.';

revoke all on function wa.require_open_basket(public.baskets) from public;
grant execute on function wa.require_open_basket(public.baskets) to wa_basket_owner;

-- functions/baskets/resolve_acting_profile.sql
create or replace function wa.resolve_acting_profile(p_profile_id uuid)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
declare
  v_user_id uuid;
begin
  with recursive pointer as (
    select profile.user_id, profile.merged_into
    from public.profiles as profile
    where profile.user_id = p_profile_id
    union
    select survivor.user_id, survivor.merged_into
    from pointer
    inner join public.profiles as survivor on survivor.user_id = pointer.merged_into
  )

  select pointer.user_id into v_user_id
  from pointer
  where pointer.merged_into is null;

  if v_user_id is null then
    raise exception using
      errcode = 'WA020',
      message = 'the acting profile is unknown',
      detail = format('_profile_id is %s.', coalesce(p_profile_id::text, 'null')),
      hint = 'Pass the user_id of a row in public.profiles.';
  end if;
  return v_user_id;
end
$$;

comment on function wa.resolve_acting_profile(uuid) is
'The profile that acts: the one named or, when it was merged into another, its survivor. Raises WA020 when there is none.';

revoke all on function wa.resolve_acting_profile(uuid) from public;
grant execute on function wa.resolve_acting_profile(uuid) to wa_basket_owner;

-- functions/baskets/reverse_basket_contribution.sql
create or replace function wa.reverse_basket_contribution(p_reference text, p_reversal_reference text)
returns bigint
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_entry public.basket_contributions;
  v_basket public.baskets;
begin
  select entry.* into v_entry
  from public.basket_contributions as entry
  where entry.reference = p_reference and entry.reverses_entry_number is null;

  select basket.* into v_basket
  from public.baskets as basket
  where basket.id = v_entry.basket_id
  for no key update;

  if v_basket.id is null or exists (
    select from public.basket_contributions as entry
    where entry.basket_id = v_entry.basket_id and entry.reverses_entry_number = v_entry.entry_number
  ) then
    raise exception using
      errcode = 'WA037',
      message = 'there is no contribution with this reference to reverse',
      detail = format('Reference %s is unknown, is a reversal, or was reversed already.', p_reference),
      hint = 'Look in public.basket_contributions for the reference of the contribution.';
  end if;

  perform wa.check_contribution(v_entry.amount_minor, p_reversal_reference);

  if not wa.append_contribution(
    v_basket, v_entry.user_id, -v_entry.amount_minor, p_reversal_reference, v_entry.entry_number
  ) then
    raise exception using
      errcode = 'WA034',
      message = 'this reference belongs to another contribution',
      detail = format('Reference %s is in the ledger.', p_reversal_reference),
      hint = 'Give the reversal a reference of its own.';
  end if;

  return wa.basket_balance(v_basket.id);
end
$$;

grant create on schema wa to wa_basket_owner;
alter function wa.reverse_basket_contribution(text, text) owner to wa_basket_owner;
revoke create on schema wa from wa_basket_owner;

comment on function wa.reverse_basket_contribution(text, text) is
'Takes a wrong contribution back, once, by an entry of the opposite amount, and returns the basket''s balance in minor units. For operators, in closed baskets too. Raises WA033, WA034, WA037.';

revoke all on function wa.reverse_basket_contribution(text, text) from public;

-- functions/flow_baskets/add_notice.sql
create or replace function wa.add_notice(p_notice text, p_body text)
returns text
language sql
stable
set search_path = ''
as $$
  select concat_ws(e'\n\n', p_notice, p_body)
$$;

comment on function wa.add_notice(text, text) is 'A question, after what there is to say first.';

revoke all on function wa.add_notice(text, text) from public;
grant execute on function wa.add_notice(text, text) to wa_runtime;

-- functions/flow_baskets/answer_basket_gone.sql
create or replace function wa.answer_basket_gone(p_locale text)
returns wa.step_result
language sql
stable
set search_path = ''
as $$
  select 'basket_list', null::jsonb, jsonb_build_array(wa.build_text(wa.get_text('basket.gone', p_locale)))
$$;

comment on function wa.answer_basket_gone(text) is
'Says that the user does not see the basket, or no longer, and leads to the user''s baskets.';

revoke all on function wa.answer_basket_gone(text) from public;
grant execute on function wa.answer_basket_gone(text) to wa_runtime;

-- functions/flow_baskets/ask_again.sql
create or replace function wa.ask_again(p_message wa.inbound_message, p_question text, p_locale text)
returns text
language sql
stable
set search_path = ''
as $$
  select wa.add_notice(
    case when not p_message.is_entry then wa.get_text('basket.not_understood', p_locale) end, p_question
  )
$$;

comment on function wa.ask_again(wa.inbound_message, text, text) is
'A question as it is asked the first time, or after an answer that was none.';

revoke all on function wa.ask_again(wa.inbound_message, text, text) from public;
grant execute on function wa.ask_again(wa.inbound_message, text, text) to wa_runtime;

-- functions/flow_baskets/count_basket_members.sql
create or replace function wa.count_basket_members(p_count integer, p_locale text)
returns text
language sql
stable
set search_path = ''
as $$
  select wa.get_text(
    case when p_count = 1 then 'basket.members_one' else 'basket.members_many' end,
    p_locale,
    jsonb_build_object('count', p_count)
  )
$$;

comment on function wa.count_basket_members(integer, text) is 'A number of members in words.';

revoke all on function wa.count_basket_members(integer, text) from public;
grant execute on function wa.count_basket_members(integer, text) to wa_runtime;

-- functions/flow_baskets/describe_basket.sql
create or replace function wa.describe_basket(p_detail jsonb, p_locale text)
returns text
language sql
stable
set search_path = ''
as $$
  select concat_ws(
    e'\n',
    '*' || (p_detail ->> 'name') || '*',
    wa.describe_basket_kind(p_detail, p_locale),
    case
      when p_detail ->> 'goal_minor' is null then wa.get_text(
        'basket.balance', p_locale, jsonb_build_object('balance', amount.balance)
      )
      else wa.get_text(
        'basket.balance_of_goal', p_locale, jsonb_build_object('balance', amount.balance, 'goal', amount.goal)
      )
    end,
    case
      when p_detail ->> 'owner_name' is not null
        then wa.get_text('basket.owner', p_locale, jsonb_build_object('owner', p_detail ->> 'owner_name'))
    end,
    case
      when p_detail ->> 'status' = 'open' and (p_detail -> 'is_member')::boolean
        then wa.get_text('basket.code', p_locale, jsonb_build_object('code', p_detail ->> 'share_token'))
    end,
    p_detail ->> 'description'
  )
  from (
    select
      wa.format_amount((p_detail ->> 'balance_minor')::bigint, p_detail ->> 'currency', p_locale) as balance,
      wa.format_amount((p_detail ->> 'goal_minor')::bigint, p_detail ->> 'currency', p_locale) as goal
  ) as amount
$$;

comment on function wa.describe_basket(jsonb, text) is
'A basket in a few lines: name, kind, balance and goal, owner, and for members of an open one its code.';

revoke all on function wa.describe_basket(jsonb, text) from public;
grant execute on function wa.describe_basket(jsonb, text) to wa_runtime;

-- functions/flow_baskets/describe_basket_kind.sql
create or replace function wa.describe_basket_kind(p_basket jsonb, p_locale text)
returns text
language sql
stable
set search_path = ''
as $$
  select concat_ws(
    ' · ',
    wa.get_text(
      case when p_basket ->> 'status' = 'closed' then 'basket.closed' else 'basket.open' end, p_locale
    ),
    wa.get_text(
      case when (p_basket -> 'is_public')::boolean then 'basket.public' else 'basket.private' end, p_locale
    ),
    wa.count_basket_members((p_basket ->> 'member_count')::integer, p_locale)
  )
$$;

comment on function wa.describe_basket_kind(jsonb, text) is
'Whether a basket is open, who may join, and how many are in it, on one line.';

revoke all on function wa.describe_basket_kind(jsonb, text) from public;
grant execute on function wa.describe_basket_kind(jsonb, text) to wa_runtime;

-- functions/flow_baskets/describe_basket_refusal.sql
create or replace function wa.describe_basket_refusal(p_sqlstate text, p_locale text)
returns text
language sql
stable
set search_path = ''
as $$
  select wa.get_text(
    case p_sqlstate
      when 'WA021' then 'basket.gone'
      when 'WA022' then 'basket.refused_not_member'
      when 'WA023' then 'basket.refused_not_owner'
      when 'WA024' then 'basket.refused_closed'
      when 'WA025' then 'basket.refused_last_owner'
      when 'WA028' then 'basket.refused_too_many_tries'
      when 'WA032' then 'basket.refused_amount'
    end,
    p_locale
  )
$$;

comment on function wa.describe_basket_refusal(text, text) is
'What a basket routine refused, by its SQLSTATE, in words for the user. Raises WA006 for one that no user can cause.';

revoke all on function wa.describe_basket_refusal(text, text) from public;
grant execute on function wa.describe_basket_refusal(text, text) to wa_runtime;

-- functions/flow_baskets/find_basket_detail.sql
create or replace function wa.find_basket_detail(p_profile_id uuid, p_data jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_detail jsonb;
begin
  select to_jsonb(detail.*) into v_detail
  from public.basket_detail(
    p_profile_id, wa.read_uuid(coalesce(p_data ->> 'target', p_data ->> 'basket_id'))
  ) as detail;
  return v_detail;
exception
  when sqlstate 'WA021' then
    return null;
end
$$;

comment on function wa.find_basket_detail(uuid, jsonb) is
'The basket that the chat is about, as basket_detail shows it to this person: the one whose id was in the tapped reply (data.target), else the one remembered (data.basket_id). Null when the person sees no such basket.';

revoke all on function wa.find_basket_detail(uuid, jsonb) from public;
grant execute on function wa.find_basket_detail(uuid, jsonb) to wa_runtime;

-- functions/flow_baskets/join_basket.sql
create or replace function wa.join_basket(p_profile public.profiles, p_code text)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_basket_id uuid;
  v_name text;
begin
  begin
    select joined.basket_id, joined.basket_name into v_basket_id, v_name
    from public.basket_join_by_code(p_profile.user_id, p_profile.whatsapp_e164, p_code) as joined;
  exception
    when sqlstate 'WA024' or sqlstate 'WA028' then
      return (
        'home', null,
        jsonb_build_array(wa.build_text(wa.describe_basket_refusal(sqlstate, p_profile.locale)))
      )::wa.step_result;
  end;

  if v_basket_id is null then
    return (
      'basket_join_code', null,
      jsonb_build_array(wa.build_text(wa.get_text('basket.join_wrong_code', p_profile.locale)))
    )::wa.step_result;
  end if;

  return (
    'basket_detail',
    jsonb_build_object('basket_id', v_basket_id),
    jsonb_build_array(
      wa.build_text(wa.get_text('basket.joined', p_profile.locale, jsonb_build_object('name', v_name)))
    )
  )::wa.step_result;
end
$$;

comment on function wa.join_basket(public.profiles, text) is
'Joins by a code: leads to the basket, back to the question for a wrong code, or home when it is refused.';

revoke all on function wa.join_basket(public.profiles, text) from public;
grant execute on function wa.join_basket(public.profiles, text) to wa_runtime;

-- functions/flow_baskets/list_basket_actions.sql
create or replace function wa.list_basket_actions(p_detail jsonb, p_locale text)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_agg(
    wa.build_choice(
      action.id || case when action.has_target then p_detail ->> 'id' else '' end,
      wa.get_text(action.title_key, p_locale)
    )
    order by action.position
  )
  from (
    values
    (1, 'basket.join.', true, 'basket.action_join', 'stranger'),
    (2, 'basket.share.', true, 'basket.action_share', 'member'),
    (3, 'basket.contribute.', true, 'basket.action_contribute', 'member'),
    (4, 'basket.leave.', true, 'basket.action_leave', 'member'),
    (5, 'basket.close.', true, 'basket.action_close', 'owner'),
    (6, 'menu.baskets', false, 'menu.baskets_title', 'everybody'),
    (7, 'menu', false, 'home.open_menu', 'everybody')
  ) as action (position, id, has_target, title_key, who)
  where case action.who
    when 'stranger' then not (p_detail -> 'is_member')::boolean
    when 'member' then (p_detail -> 'is_member')::boolean
      and (p_detail ->> 'status' = 'open' or action.id = 'basket.leave.')
    when 'owner' then (p_detail -> 'is_owner')::boolean and p_detail ->> 'status' = 'open'
    else true
  end
$$;

comment on function wa.list_basket_actions(jsonb, text) is
'What this person may do with a basket, as rows of a list.';

revoke all on function wa.list_basket_actions(jsonb, text) from public;
grant execute on function wa.list_basket_actions(jsonb, text) to wa_runtime;

-- functions/flow_baskets/step_basket_close.sql
create or replace function wa.step_basket_close(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_basket jsonb := wa.find_basket_detail(p_profile.user_id, p_data);
  v_locale text := p_profile.locale;
  v_refusal text;
begin
  if v_basket is null then
    return wa.answer_basket_gone(p_profile.locale);
  end if;

  v_refusal := case
    when not (v_basket -> 'is_owner')::boolean then 'WA023'
    when v_basket ->> 'status' = 'closed' then 'WA024'
  end;

  if v_refusal is null
    and not p_message.is_entry
    and wa.is_answer(p_message, 'answer:close:' || (v_basket ->> 'id'), 'basket.words_yes')
  then
    begin
      perform from public.basket_close(p_profile.user_id, (v_basket ->> 'id')::uuid);

      return (
        'basket_detail',
        jsonb_build_object('basket_id', v_basket ->> 'id'),
        jsonb_build_array(
          wa.build_text(wa.get_text('basket.closed_now', v_locale, jsonb_build_object('name', v_basket ->> 'name')))
        )
      )::wa.step_result;
    exception
      when sqlstate 'WA021' or sqlstate 'WA022' or sqlstate 'WA023' then
        v_refusal := sqlstate;
    end;
  end if;

  if v_refusal is not null then
    return (
      'basket_detail',
      jsonb_build_object('basket_id', v_basket ->> 'id'),
      jsonb_build_array(wa.build_text(wa.describe_basket_refusal(v_refusal, v_locale)))
    )::wa.step_result;
  end if;

  return (
    null,
    jsonb_build_object('basket_id', v_basket ->> 'id'),
    jsonb_build_array(
      wa.build_buttons(
        wa.ask_again(
          p_message,
          wa.get_text('basket.close_confirm', v_locale, jsonb_build_object('name', v_basket ->> 'name')),
          v_locale
        ),
        jsonb_build_array(
          wa.build_choice('answer:close:' || (v_basket ->> 'id'), wa.get_text('basket.close_yes', v_locale)),
          wa.build_choice('back', wa.get_text('basket.back', v_locale))
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_close(public.profiles, jsonb, wa.inbound_message) is
'Asks the owner whether to close a basket for good, and closes it.';

revoke all on function wa.step_basket_close(public.profiles, jsonb, wa.inbound_message) from public;
grant execute on function wa.step_basket_close(public.profiles, jsonb, wa.inbound_message) to wa_runtime;

-- functions/flow_baskets/step_basket_contribute_amount.sql
create or replace function wa.step_basket_contribute_amount(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_basket jsonb := wa.find_basket_detail(p_profile.user_id, p_data);
  v_locale text := p_profile.locale;
  v_amount bigint;
begin
  if v_basket is null then
    return wa.answer_basket_gone(p_profile.locale);
  end if;

  if v_basket ->> 'status' = 'closed' or not (v_basket -> 'is_member')::boolean then
    return (
      'basket_detail',
      jsonb_build_object('basket_id', v_basket ->> 'id'),
      jsonb_build_array(
        wa.build_text(
          wa.describe_basket_refusal(case when v_basket ->> 'status' = 'closed' then 'WA024' else 'WA022' end, v_locale)
        )
      )
    )::wa.step_result;
  end if;

  if not p_message.is_entry then
    v_amount := wa.parse_amount(wa.get_typed_text(p_message), v_basket ->> 'currency');

    if v_amount > 0 then
      return (
        'basket_contribute_confirm',
        jsonb_build_object('basket_id', v_basket ->> 'id', 'amount_minor', v_amount),
        null
      )::wa.step_result;
    end if;
  end if;

  return (
    null,
    jsonb_build_object('basket_id', v_basket ->> 'id'),
    jsonb_build_array(
      wa.build_buttons(
        wa.add_notice(
          case when not p_message.is_entry then wa.get_text('basket.amount_not_understood', v_locale) end,
          wa.get_text(
            'basket.contribute_ask',
            v_locale,
            jsonb_build_object('name', v_basket ->> 'name', 'currency', v_basket ->> 'currency')
          )
        ),
        jsonb_build_array(wa.build_choice('back', wa.get_text('basket.back', v_locale)))
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_contribute_amount(public.profiles, jsonb, wa.inbound_message) is
'Asks how much the user puts into a basket.';

revoke all on function wa.step_basket_contribute_amount(public.profiles, jsonb, wa.inbound_message) from public;
grant execute on function wa.step_basket_contribute_amount(public.profiles, jsonb, wa.inbound_message)
to wa_runtime;

-- functions/flow_baskets/step_basket_contribute_confirm.sql
create or replace function wa.step_basket_contribute_confirm(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_basket jsonb := wa.find_basket_detail(p_profile.user_id, p_data);
  v_locale text := p_profile.locale;
  v_amount bigint := (p_data ->> 'amount_minor')::bigint;
  v_balance bigint;
begin
  if v_basket is null then
    return wa.answer_basket_gone(p_profile.locale);
  end if;

  if not p_message.is_entry
    and wa.is_answer(p_message, format('answer:contribute:%s:%s', v_basket ->> 'id', v_amount), 'basket.words_yes')
  then
    begin
      -- The message's own id is the payment's name: however often it is delivered, it counts once.
      select contribution.balance_minor into v_balance
      from public.basket_contribute(
        p_profile.user_id, (v_basket ->> 'id')::uuid, v_amount, 'whatsapp:' || md5(p_message.wa_message_id)
      ) as contribution;
    exception
      when sqlstate 'WA021' or sqlstate 'WA022' or sqlstate 'WA024' or sqlstate 'WA032' then
        return (
          'basket_detail',
          jsonb_build_object('basket_id', v_basket ->> 'id'),
          jsonb_build_array(wa.build_text(wa.describe_basket_refusal(sqlstate, v_locale)))
        )::wa.step_result;
    end;

    return (
      'basket_detail',
      jsonb_build_object('basket_id', v_basket ->> 'id'),
      jsonb_build_array(
        wa.build_text(
          wa.get_text(
            'basket.contributed',
            v_locale,
            jsonb_build_object(
              'amount', wa.format_amount(v_amount, v_basket ->> 'currency', v_locale),
              'name', v_basket ->> 'name',
              'balance', wa.format_amount(v_balance, v_basket ->> 'currency', v_locale)
            )
          )
        )
      )
    )::wa.step_result;
  end if;

  return (
    null,
    jsonb_build_object('basket_id', v_basket ->> 'id', 'amount_minor', v_amount),
    jsonb_build_array(
      wa.build_buttons(
        wa.ask_again(
          p_message,
          wa.get_text(
            'basket.contribute_confirm',
            v_locale,
            jsonb_build_object(
              'amount', wa.format_amount(v_amount, v_basket ->> 'currency', v_locale), 'name', v_basket ->> 'name'
            )
          ),
          v_locale
        ),
        jsonb_build_array(
          wa.build_choice(
            format('answer:contribute:%s:%s', v_basket ->> 'id', v_amount), wa.get_text('basket.contribute_yes', v_locale)
          ),
          wa.build_choice('back', wa.get_text('basket.back', v_locale)),
          wa.build_choice('cancel', wa.get_text('basket.cancel', v_locale))
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_contribute_confirm(public.profiles, jsonb, wa.inbound_message) is
'Shows the amount as it was understood, and records the contribution when the user agrees.';

revoke all on function wa.step_basket_contribute_confirm(public.profiles, jsonb, wa.inbound_message) from public;
grant execute on function wa.step_basket_contribute_confirm(public.profiles, jsonb, wa.inbound_message)
to wa_runtime;

-- functions/flow_baskets/step_basket_create_confirm.sql
create or replace function wa.step_basket_create_confirm(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_locale text := p_profile.locale;
  v_is_public boolean := coalesce((p_data -> 'is_public')::boolean, false);
  v_basket_id uuid;
begin
  if not p_message.is_entry and wa.is_answer(p_message, 'answer:create', 'basket.words_yes') then
    select basket.basket_id into v_basket_id
    from public.basket_create(
      p_profile.user_id, p_profile.whatsapp_e164, p_data ->> 'name', v_is_public, (p_data ->> 'goal_minor')::bigint
    ) as basket;

    if v_is_public and p_data ? 'latitude' then
      perform from public.basket_set_place(
        p_profile.user_id, v_basket_id,
        (p_data ->> 'latitude')::double precision, (p_data ->> 'longitude')::double precision
      );
    end if;

    return (
      'basket_detail',
      jsonb_build_object('basket_id', v_basket_id),
      jsonb_build_array(
        wa.build_text(wa.get_text('basket.created', v_locale, jsonb_build_object('name', p_data ->> 'name')))
      )
    )::wa.step_result;
  end if;

  return (
    null,
    p_data,
    jsonb_build_array(
      wa.build_buttons(
        wa.ask_again(
          p_message,
          concat_ws(
            e'\n',
            wa.get_text('basket.create_confirm', v_locale, jsonb_build_object('name', p_data ->> 'name')),
            wa.get_text(
              case
                when not v_is_public then 'basket.private_explained'
                when p_data ? 'latitude' then 'basket.public_with_place_explained'
                else 'basket.public_explained'
              end,
              v_locale
            ),
            case
              when p_data ? 'goal_minor' then wa.get_text(
                'basket.goal',
                v_locale,
                jsonb_build_object(
                  'goal',
                  wa.format_amount(
                    (p_data ->> 'goal_minor')::bigint, wa.get_setting('default_currency') #>> '{}', v_locale
                  )
                )
              )
            end
          ),
          v_locale
        ),
        jsonb_build_array(
          wa.build_choice('answer:create', wa.get_text('basket.create_yes', v_locale)),
          wa.build_choice('back', wa.get_text('basket.back', v_locale)),
          wa.build_choice('cancel', wa.get_text('basket.cancel', v_locale))
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_create_confirm(public.profiles, jsonb, wa.inbound_message) is
'Shows what the new basket will be, and creates it when the user agrees.';

revoke all on function wa.step_basket_create_confirm(public.profiles, jsonb, wa.inbound_message) from public;
grant execute on function wa.step_basket_create_confirm(public.profiles, jsonb, wa.inbound_message) to wa_runtime;

-- functions/flow_baskets/step_basket_create_goal.sql
create or replace function wa.step_basket_create_goal(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_locale text := p_profile.locale;
  v_currency text := wa.get_setting('default_currency') #>> '{}';
  v_goal bigint;
  v_next text := case when (p_data -> 'is_public')::boolean then 'basket_create_place' else 'basket_create_confirm' end;
begin
  if not p_message.is_entry then
    if wa.is_answer(p_message, 'answer:no_goal', 'basket.words_skip') then
      return (v_next, p_data - 'goal_minor', null)::wa.step_result;
    end if;

    v_goal := wa.parse_amount(wa.get_typed_text(p_message), v_currency);

    if v_goal between 1 and 1000000000000000 then
      return (v_next, p_data || jsonb_build_object('goal_minor', v_goal), null)::wa.step_result;
    end if;
  end if;

  return (
    null,
    p_data,
    jsonb_build_array(
      wa.build_buttons(
        wa.add_notice(
          case when not p_message.is_entry then wa.get_text('basket.amount_not_understood', v_locale) end,
          wa.get_text('basket.create_ask_goal', v_locale, jsonb_build_object('currency', v_currency))
        ),
        jsonb_build_array(
          wa.build_choice('answer:no_goal', wa.get_text('basket.no_goal_button', v_locale)),
          wa.build_choice('back', wa.get_text('basket.back', v_locale))
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_create_goal(public.profiles, jsonb, wa.inbound_message) is
'Asks for the goal of a new basket, in whole units of the currency; none is an answer too.';

revoke all on function wa.step_basket_create_goal(public.profiles, jsonb, wa.inbound_message) from public;
grant execute on function wa.step_basket_create_goal(public.profiles, jsonb, wa.inbound_message) to wa_runtime;

-- functions/flow_baskets/step_basket_create_name.sql
create or replace function wa.step_basket_create_name(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_name text;
  v_notice text;
begin
  if not p_message.is_entry then
    begin
      v_name := wa.clean_basket_name(wa.get_typed_text(p_message));
      return ('basket_create_visibility', p_data || jsonb_build_object('name', v_name), null)::wa.step_result;
    exception
      when sqlstate 'WA026' then
        v_notice := wa.get_text('basket.name_not_usable', p_profile.locale);
    end;
  end if;

  return (
    null,
    p_data,
    jsonb_build_array(
      wa.build_text(wa.add_notice(v_notice, wa.get_text('basket.create_ask_name', p_profile.locale)))
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_create_name(public.profiles, jsonb, wa.inbound_message) is
'Asks for the name of a new basket.';

revoke all on function wa.step_basket_create_name(public.profiles, jsonb, wa.inbound_message) from public;
grant execute on function wa.step_basket_create_name(public.profiles, jsonb, wa.inbound_message) to wa_runtime;

-- functions/flow_baskets/step_basket_create_place.sql
create or replace function wa.step_basket_create_place(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_place double precision[] := wa.read_location(p_message);
begin
  if not p_message.is_entry then
    if v_place is not null then
      return (
        'basket_create_confirm',
        p_data || jsonb_build_object('latitude', v_place[1], 'longitude', v_place[2]),
        null
      )::wa.step_result;
    end if;

    if wa.is_answer(p_message, 'answer:no_place', 'basket.words_skip') then
      return ('basket_create_confirm', p_data - '{latitude,longitude}'::text[], null)::wa.step_result;
    end if;
  end if;

  return (
    null,
    p_data,
    jsonb_build_array(
      wa.build_location_request(
        wa.add_notice(
          case when not p_message.is_entry then wa.get_text('basket.place_not_understood', p_profile.locale) end,
          wa.get_text('basket.create_ask_place', p_profile.locale)
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_create_place(public.profiles, jsonb, wa.inbound_message) is
'Asks where a new public basket is, so that people nearby find it; it may have no place.';

revoke all on function wa.step_basket_create_place(public.profiles, jsonb, wa.inbound_message) from public;
grant execute on function wa.step_basket_create_place(public.profiles, jsonb, wa.inbound_message) to wa_runtime;

-- functions/flow_baskets/step_basket_create_visibility.sql
create or replace function wa.step_basket_create_visibility(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_locale text := p_profile.locale;
  v_is_public boolean;
begin
  if not p_message.is_entry then
    v_is_public := case
      when wa.is_answer(p_message, 'answer:private', 'basket.words_private') then false
      when wa.is_answer(p_message, 'answer:public', 'basket.words_public') then true
    end;

    if v_is_public is not null then
      return (
        'basket_create_goal', p_data || jsonb_build_object('is_public', v_is_public), null
      )::wa.step_result;
    end if;
  end if;

  return (
    null,
    p_data,
    jsonb_build_array(
      wa.build_buttons(
        wa.ask_again(
          p_message,
          wa.get_text('basket.create_ask_visibility', v_locale, jsonb_build_object('name', p_data ->> 'name')),
          v_locale
        ),
        jsonb_build_array(
          wa.build_choice('answer:private', wa.get_text('basket.private_button', v_locale)),
          wa.build_choice('answer:public', wa.get_text('basket.public_button', v_locale)),
          wa.build_choice('back', wa.get_text('basket.back', v_locale))
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_create_visibility(public.profiles, jsonb, wa.inbound_message) is
'Asks whether a new basket is private or public.';

revoke all on function wa.step_basket_create_visibility(public.profiles, jsonb, wa.inbound_message) from public;
grant execute on function wa.step_basket_create_visibility(public.profiles, jsonb, wa.inbound_message)
to wa_runtime;

-- functions/flow_baskets/step_basket_detail.sql
create or replace function wa.step_basket_detail(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_basket jsonb := wa.find_basket_detail(p_profile.user_id, p_data);
begin
  if v_basket is null then
    return wa.answer_basket_gone(p_profile.locale);
  end if;

  return (
    null,
    jsonb_build_object('basket_id', v_basket ->> 'id'),
    jsonb_build_array(
      wa.build_list(
        wa.ask_again(p_message, wa.describe_basket(v_basket, p_profile.locale), p_profile.locale),
        wa.get_text('basket.open_actions', p_profile.locale),
        wa.list_basket_actions(v_basket, p_profile.locale)
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_detail(public.profiles, jsonb, wa.inbound_message) is
'Shows one basket and what this person may do with it; each action is an entry point of its own.';

revoke all on function wa.step_basket_detail(public.profiles, jsonb, wa.inbound_message) from public;
grant execute on function wa.step_basket_detail(public.profiles, jsonb, wa.inbound_message) to wa_runtime;

-- functions/flow_baskets/step_basket_join.sql
create or replace function wa.step_basket_join(p_profile public.profiles, p_data jsonb)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_basket jsonb := wa.find_basket_detail(p_profile.user_id, p_data);
begin
  if v_basket is null then
    return wa.answer_basket_gone(p_profile.locale);
  end if;

  return wa.join_basket(p_profile, v_basket ->> 'share_token');
end
$$;

comment on function wa.step_basket_join(public.profiles, jsonb) is
'Joins a basket that the user sees, one found nearby for instance, and leads to it.';

revoke all on function wa.step_basket_join(public.profiles, jsonb) from public;
grant execute on function wa.step_basket_join(public.profiles, jsonb) to wa_runtime;

-- functions/flow_baskets/step_basket_join_code.sql
create or replace function wa.step_basket_join_code(p_profile public.profiles, p_message wa.inbound_message)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
begin
  if p_message.is_entry or wa.get_typed_text(p_message) is null then
    return (
      null,
      '{}'::jsonb,
      jsonb_build_array(wa.build_text(wa.get_text('basket.join_ask_code', p_profile.locale)))
    )::wa.step_result;
  end if;

  return wa.join_basket(p_profile, p_message.body);
end
$$;

comment on function wa.step_basket_join_code(public.profiles, wa.inbound_message) is
'Asks for a basket''s code and joins by what is typed.';

revoke all on function wa.step_basket_join_code(public.profiles, wa.inbound_message) from public;
grant execute on function wa.step_basket_join_code(public.profiles, wa.inbound_message) to wa_runtime;

-- functions/flow_baskets/step_basket_join_confirm.sql
create or replace function wa.step_basket_join_confirm(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_code text := wa.fold_basket_code(coalesce(p_data ->> 'link', p_data ->> 'code'));
begin
  if coalesce(v_code, '') = '' then
    return ('basket_join_code', null, null)::wa.step_result;
  end if;

  if not p_message.is_entry and wa.is_answer(p_message, 'answer:join:' || v_code, 'basket.words_yes') then
    return wa.join_basket(p_profile, v_code);
  end if;

  return (
    null,
    jsonb_build_object('code', v_code),
    jsonb_build_array(
      wa.build_buttons(
        wa.ask_again(
          p_message,
          wa.get_text('basket.join_confirm', p_profile.locale, jsonb_build_object('code', v_code)),
          p_profile.locale
        ),
        jsonb_build_array(
          wa.build_choice('answer:join:' || v_code, wa.get_text('basket.action_join', p_profile.locale)),
          wa.build_choice('cancel', wa.get_text('basket.cancel', p_profile.locale))
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_join_confirm(public.profiles, jsonb, wa.inbound_message) is
'Asks whether to join the basket whose link was opened. Names the code and not the basket, which may be private.';

revoke all on function wa.step_basket_join_confirm(public.profiles, jsonb, wa.inbound_message) from public;
grant execute on function wa.step_basket_join_confirm(public.profiles, jsonb, wa.inbound_message) to wa_runtime;

-- functions/flow_baskets/step_basket_leave.sql
create or replace function wa.step_basket_leave(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_basket jsonb := wa.find_basket_detail(p_profile.user_id, p_data);
  v_locale text := p_profile.locale;
begin
  if v_basket is null then
    return wa.answer_basket_gone(p_profile.locale);
  end if;

  if not (v_basket -> 'is_member')::boolean then
    return (
      'basket_detail',
      jsonb_build_object('basket_id', v_basket ->> 'id'),
      jsonb_build_array(wa.build_text(wa.describe_basket_refusal('WA022', v_locale)))
    )::wa.step_result;
  end if;

  if not p_message.is_entry and wa.is_answer(p_message, 'answer:leave:' || (v_basket ->> 'id'), 'basket.words_yes') then
    begin
      perform from public.basket_leave(p_profile.user_id, (v_basket ->> 'id')::uuid);
    exception
      when sqlstate 'WA021' or sqlstate 'WA022' or sqlstate 'WA025' then
        return (
          'basket_detail',
          jsonb_build_object('basket_id', v_basket ->> 'id'),
          jsonb_build_array(wa.build_text(wa.describe_basket_refusal(sqlstate, v_locale)))
        )::wa.step_result;
    end;

    return (
      'basket_list',
      null,
      jsonb_build_array(
        wa.build_text(wa.get_text('basket.left', v_locale, jsonb_build_object('name', v_basket ->> 'name')))
      )
    )::wa.step_result;
  end if;

  return (
    null,
    jsonb_build_object('basket_id', v_basket ->> 'id'),
    jsonb_build_array(
      wa.build_buttons(
        wa.ask_again(
          p_message,
          wa.get_text('basket.leave_confirm', v_locale, jsonb_build_object('name', v_basket ->> 'name')),
          v_locale
        ),
        jsonb_build_array(
          wa.build_choice('answer:leave:' || (v_basket ->> 'id'), wa.get_text('basket.leave_yes', v_locale)),
          wa.build_choice('back', wa.get_text('basket.back', v_locale))
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_leave(public.profiles, jsonb, wa.inbound_message) is
'Asks whether to leave a basket, and leaves it. The id in the button must be the one that was asked about.';

revoke all on function wa.step_basket_leave(public.profiles, jsonb, wa.inbound_message) from public;
grant execute on function wa.step_basket_leave(public.profiles, jsonb, wa.inbound_message) to wa_runtime;

-- functions/flow_baskets/step_basket_list.sql
create or replace function wa.step_basket_list(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_locale text := p_profile.locale;
  v_rows jsonb;
begin
  select jsonb_agg(
    wa.build_choice(
      'basket.detail.' || basket.id,
      basket.name,
      concat_ws(
        ' · ',
        case when basket.status = 'closed' then wa.get_text('basket.closed', v_locale) end,
        wa.format_amount(basket.balance_minor, basket.currency, v_locale),
        wa.count_basket_members(basket.member_count, v_locale)
      )
    )
    order by basket.position
  )
  into v_rows
  from public.basket_list_mine(p_profile.user_id) with ordinality as basket (
    id, name, status, member_count, balance_minor, currency, is_owner, is_public, goal_minor, last_activity, position
  );

  return (
    null,
    '{}'::jsonb,
    jsonb_build_array(
      case
        when v_rows is null then wa.build_buttons(
          wa.ask_again(p_message, wa.get_text('basket.list_empty', v_locale), v_locale),
          jsonb_build_array(
            wa.build_choice('menu.basket_create', wa.get_text('menu.basket_create_title', v_locale)),
            wa.build_choice('menu.basket_join', wa.get_text('menu.basket_join_title', v_locale)),
            wa.build_choice('menu.basket_nearby', wa.get_text('menu.basket_nearby_title', v_locale))
          )
        )
        else wa.build_list(
          wa.ask_again(p_message, wa.get_text('basket.list', v_locale), v_locale),
          wa.get_text('basket.open_list', v_locale),
          v_rows,
          wa.read_page(p_data),
          wa.get_text('menu.more', v_locale),
          'basket.page.'
        )
      end
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_list(public.profiles, jsonb, wa.inbound_message) is
'Lists the user''s baskets, a page at a time; each row leads to its basket.';

revoke all on function wa.step_basket_list(public.profiles, jsonb, wa.inbound_message) from public;
grant execute on function wa.step_basket_list(public.profiles, jsonb, wa.inbound_message) to wa_runtime;

-- functions/flow_baskets/step_basket_nearby_list.sql
create or replace function wa.step_basket_nearby_list(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_locale text := p_profile.locale;
  v_place double precision[] := coalesce(
    wa.read_location(p_message),
    array[(p_data ->> 'latitude')::double precision, (p_data ->> 'longitude')::double precision]
  );
  v_page text := substring(p_message.reply_id from '^answer:page:([0-9]+)$');
  -- Farther away nobody calls it nearby.
  c_most_km constant integer := 100;
  v_rows jsonb;
  v_notice text;
begin
  if not p_message.is_entry and v_page is null and wa.read_location(p_message) is null then
    v_notice := wa.get_text('basket.not_understood', v_locale);
  end if;

  select jsonb_agg(
    wa.build_choice(
      'basket.detail.' || basket.id,
      basket.name,
      concat_ws(
        ' · ', wa.format_distance(basket.distance_km, v_locale), wa.count_basket_members(basket.member_count, v_locale)
      )
    )
    order by basket.distance_km, basket.id
  )
  into v_rows
  from public.basket_discover_nearby(p_profile.user_id, v_place[1], v_place[2], 45) as basket
  where basket.distance_km <= c_most_km;

  return (
    null,
    jsonb_build_object('latitude', v_place[1], 'longitude', v_place[2]),
    jsonb_build_array(
      case
        when v_rows is null then wa.build_buttons(
          wa.add_notice(v_notice, wa.get_text('basket.nearby_none', v_locale)),
          jsonb_build_array(
            wa.build_choice('menu.basket_create', wa.get_text('menu.basket_create_title', v_locale)),
            wa.build_choice('back', wa.get_text('basket.other_place', v_locale)),
            wa.build_choice('menu', wa.get_text('home.open_menu', v_locale))
          )
        )
        else wa.build_list(
          wa.add_notice(v_notice, wa.get_text('basket.nearby', v_locale)),
          wa.get_text('basket.open_list', v_locale),
          v_rows,
          wa.read_page(jsonb_build_object('target', v_page)),
          wa.get_text('menu.more', v_locale),
          'answer:page:'
        )
      end
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_nearby_list(public.profiles, jsonb, wa.inbound_message) is
'Lists public baskets nearby, by their distance from the user''s place, or from another place that is shared meanwhile.';

revoke all on function wa.step_basket_nearby_list(public.profiles, jsonb, wa.inbound_message) from public;
grant execute on function wa.step_basket_nearby_list(public.profiles, jsonb, wa.inbound_message) to wa_runtime;

-- functions/flow_baskets/step_basket_nearby_place.sql
create or replace function wa.step_basket_nearby_place(
  p_profile public.profiles,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_place double precision[] := wa.read_location(p_message);
begin
  if not p_message.is_entry and v_place is not null then
    return (
      'basket_nearby_list', jsonb_build_object('latitude', v_place[1], 'longitude', v_place[2]), null
    )::wa.step_result;
  end if;

  return (
    null,
    '{}'::jsonb,
    jsonb_build_array(
      wa.build_location_request(
        wa.add_notice(
          case when not p_message.is_entry then wa.get_text('basket.place_not_understood', p_profile.locale) end,
          wa.get_text('basket.nearby_ask_place', p_profile.locale)
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_nearby_place(public.profiles, wa.inbound_message) is
'Asks where the user is, to find baskets nearby.';

revoke all on function wa.step_basket_nearby_place(public.profiles, wa.inbound_message) from public;
grant execute on function wa.step_basket_nearby_place(public.profiles, wa.inbound_message) to wa_runtime;

-- functions/flow_baskets/step_basket_share.sql
create or replace function wa.step_basket_share(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_basket jsonb := wa.find_basket_detail(p_profile.user_id, p_data);
  v_locale text := p_profile.locale;
  v_link text;
begin
  if v_basket is null then
    return wa.answer_basket_gone(p_profile.locale);
  end if;

  if p_message.is_entry then
    begin
      select link.qr_url into v_link
      from public.basket_generate_qr(p_profile.user_id, (v_basket ->> 'id')::uuid) as link;
    exception
      when sqlstate 'WA021' or sqlstate 'WA024' then
        return (
          'basket_detail',
          jsonb_build_object('basket_id', v_basket ->> 'id'),
          jsonb_build_array(wa.build_text(wa.describe_basket_refusal(sqlstate, v_locale)))
        )::wa.step_result;
    end;
  end if;

  return (
    null,
    jsonb_build_object('basket_id', v_basket ->> 'id'),
    case
      when v_link is null then '[]'::jsonb
      else jsonb_build_array(
        wa.build_text(
          wa.get_text('basket.share_text', v_locale, jsonb_build_object('name', v_basket ->> 'name', 'link', v_link))
        ),
        wa.build_qr_image(
          v_link, wa.get_text('basket.share_caption', v_locale, jsonb_build_object('name', v_basket ->> 'name'))
        )
      )
    end || wa.build_buttons(
      wa.get_text(
        case when p_message.is_entry then 'basket.share_forward' else 'basket.not_understood' end, v_locale
      ),
      jsonb_build_array(
        wa.build_choice('back', wa.get_text('basket.back', v_locale)),
        wa.build_choice('menu', wa.get_text('home.open_menu', v_locale))
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_share(public.profiles, jsonb, wa.inbound_message) is
'Sends a basket''s link as a text and as a QR code, for the user to forward.';

revoke all on function wa.step_basket_share(public.profiles, jsonb, wa.inbound_message) from public;
grant execute on function wa.step_basket_share(public.profiles, jsonb, wa.inbound_message) to wa_runtime;

-- functions/flow_home/forget_menus.sql
create or replace function wa.forget_menus()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock_shared(wa.get_menu_lock());
  delete from wa.rendered_menus;
  return null;
end
$$;

grant create on schema wa to wa_runtime;
alter function wa.forget_menus() owner to wa_runtime;
revoke create on schema wa from wa_runtime;

comment on function wa.forget_menus() is 'Empties wa.rendered_menus, since something that menus are made of changed.';

revoke all on function wa.forget_menus() from public;

create or replace trigger texts_forget_menus
after insert or update or delete or truncate on wa.texts
for each statement execute function wa.forget_menus();

create or replace trigger menu_items_forget_menus
after insert or update or delete or truncate on wa.menu_items
for each statement execute function wa.forget_menus();

create or replace trigger settings_forget_menus
after insert or update or delete or truncate on wa.settings
for each statement execute function wa.forget_menus();

comment on trigger texts_forget_menus on wa.texts is 'Menus show texts.';
comment on trigger menu_items_forget_menus on wa.menu_items is 'Menus show items.';
comment on trigger settings_forget_menus on wa.settings is 'A text without translation is shown in default_locale.';

-- functions/flow_home/get_menu.sql
create or replace function wa.get_menu(p_body_key text, p_locale text, p_page integer)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_is_kept boolean := false;
  v_payload jsonb;
begin
  if p_page = 1 then
    select menu.payload into v_payload
    from wa.rendered_menus as menu
    where menu.body_key = p_body_key and menu.locale = p_locale;

    if found then
      return v_payload;
    end if;

    -- Not while somebody changes what a menu is made of; and only what is read now is sure to be of today.
    v_is_kept := current_setting('transaction_isolation') = 'read committed'
      and pg_try_advisory_xact_lock(wa.get_menu_lock());
  end if;

  v_payload := wa.build_list(
    wa.get_text(p_body_key, p_locale),
    wa.get_text('home.open_menu', p_locale),
    wa.list_menu(p_locale),
    p_page,
    wa.get_text('menu.more', p_locale),
    'menu.page.'
  );

  if v_is_kept then
    insert into wa.rendered_menus (body_key, locale, payload)
    values (p_body_key, p_locale, v_payload)
    on conflict do nothing;
  end if;
  return v_payload;
end
$$;

comment on function wa.get_menu(text, text, integer) is
'A page of the home menu under one of its texts; the first page is rendered once and kept in wa.rendered_menus.';

revoke all on function wa.get_menu(text, text, integer) from public;
grant execute on function wa.get_menu(text, text, integer) to wa_runtime;

-- What an earlier version of this function rendered.
delete from wa.rendered_menus;

-- functions/flow_home/get_menu_lock.sql
create or replace function wa.get_menu_lock()
returns bigint
language plpgsql
immutable
set search_path = ''
as $$
begin
  -- Any number does, as long as nothing else uses it: the bytes of 'wa_menus'.
  return 8602261686712169843;
end
$$;

comment on function wa.get_menu_lock() is
'The key of the advisory lock that keeps an outdated menu out of wa.rendered_menus: shared by those who change what a menu is made of, exclusive for who keeps one.';

revoke all on function wa.get_menu_lock() from public;
grant execute on function wa.get_menu_lock() to wa_runtime;

-- functions/flow_home/list_menu.sql
create or replace function wa.list_menu(p_locale text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_agg(
      jsonb_build_object(
        'id', item.reply_id,
        'title', coalesce(title.body, wa.get_fallback_text(item.title_key, p_locale)),
        'description', case
          when item.description_key is not null
            then coalesce(description.body, wa.get_fallback_text(item.description_key, p_locale))
        end
      )
      order by item.position
    )
    from wa.menu_items as item
    left join wa.texts as title on title.key = item.title_key and title.locale = p_locale
    left join wa.texts as description on description.key = item.description_key and description.locale = p_locale
  );
end
$$;

comment on function wa.list_menu(text) is 'The rows of the home menu in one language, for wa.build_list.';

revoke all on function wa.list_menu(text) from public;
grant execute on function wa.list_menu(text) to wa_runtime;

-- What an earlier version of this function rendered.
delete from wa.rendered_menus;

-- functions/flow_home/step_cancelled.sql
create or replace function wa.step_cancelled(
  p_profile public.profiles,
  p_state text,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language sql
volatile
set search_path = ''
as $$
  select 'home', null::jsonb, jsonb_build_array(wa.build_text(wa.get_text('cancelled.done', p_profile.locale)))
$$;

comment on function wa.step_cancelled(public.profiles, text, jsonb, wa.inbound_message) is
'Confirms that a flow was given up and leads home.';

revoke all on function wa.step_cancelled(public.profiles, text, jsonb, wa.inbound_message) from public;
grant execute on function wa.step_cancelled(public.profiles, text, jsonb, wa.inbound_message) to wa_runtime;

-- functions/flow_home/step_help.sql
create or replace function wa.step_help(p_profile public.profiles, p_message wa.inbound_message)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
begin
  if not p_message.is_entry then
    return ('home', null, null)::wa.step_result;
  end if;

  return (
    null,
    '{}'::jsonb,
    jsonb_build_array(
      wa.build_buttons(
        wa.get_text('help.body', p_profile.locale),
        jsonb_build_array(
          jsonb_build_object('id', 'menu', 'title', wa.get_text('home.open_menu', p_profile.locale)),
          jsonb_build_object('id', 'menu.language', 'title', wa.get_text('menu.language_title', p_profile.locale))
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_help(public.profiles, wa.inbound_message) is
'Says what the bot understands; any answer that is no command leads home.';

revoke all on function wa.step_help(public.profiles, wa.inbound_message) from public;
grant execute on function wa.step_help(public.profiles, wa.inbound_message) to wa_runtime;

-- functions/flow_home/step_home.sql
create or replace function wa.step_home(p_profile public.profiles, p_data jsonb, p_message wa.inbound_message)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
begin
  return (
    null,
    '{}'::jsonb,
    jsonb_build_array(
      wa.get_menu(
        case when p_message.is_entry then 'home.menu' else 'home.unknown' end,
        p_profile.locale,
        wa.read_page(p_data)
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_home(public.profiles, jsonb, wa.inbound_message) is
'The home state: the menu on entry, the page of it that "more" asks for, and the menu with an apology for anything else.';

revoke all on function wa.step_home(public.profiles, jsonb, wa.inbound_message) from public;
grant execute on function wa.step_home(public.profiles, jsonb, wa.inbound_message) to wa_runtime;

-- functions/flow_home/step_language.sql
create or replace function wa.step_language(p_profile public.profiles, p_message wa.inbound_message)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_chosen text;
begin
  if not p_message.is_entry then
    select locale.locale into v_chosen
    from wa.locales as locale
    where p_message.reply_id = 'language.' || locale.locale
      or wa.fold_text(p_message.body) in (wa.fold_text(locale.name), locale.locale)
    limit 1;
  end if;

  if v_chosen is null then
    return (
      null,
      '{}'::jsonb,
      jsonb_build_array(
        wa.build_list(
          wa.get_text('language.ask', p_profile.locale),
          wa.get_text('language.choose', p_profile.locale),
          (
            select jsonb_agg(
              jsonb_build_object('id', 'language.' || locale.locale, 'title', locale.name)
              order by locale.name
            )
            from wa.locales as locale
          )
        )
      )
    )::wa.step_result;
  end if;

  update public.profiles as profile
  set locale = v_chosen, updated_at = now()
  where profile.user_id = p_profile.user_id;

  return ('home', null, jsonb_build_array(wa.build_text(wa.get_text('language.set', v_chosen))))::wa.step_result;
end
$$;

comment on function wa.step_language(public.profiles, wa.inbound_message) is
'Offers the languages of wa.locales and sets the one that is tapped or written.';

revoke all on function wa.step_language(public.profiles, wa.inbound_message) from public;
grant execute on function wa.step_language(public.profiles, wa.inbound_message) to wa_runtime;

-- functions/flow_home/step_subscribe.sql
create or replace function wa.step_subscribe(p_profile public.profiles)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.profiles as profile
  set opted_out_at = null, updated_at = now()
  where profile.user_id = p_profile.user_id;

  return (
    'home',
    null,
    jsonb_build_array(wa.build_text(wa.get_text('subscription.started', p_profile.locale)))
  )::wa.step_result;
end
$$;

comment on function wa.step_subscribe(public.profiles) is
'Opts the user in again and leads home.';

revoke all on function wa.step_subscribe(public.profiles) from public;
grant execute on function wa.step_subscribe(public.profiles) to wa_runtime;

-- functions/flow_home/step_unsubscribe.sql
create or replace function wa.step_unsubscribe(p_profile public.profiles, p_message wa.inbound_message)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
begin
  if not p_message.is_entry then
    return ('home', null, null)::wa.step_result;
  end if;

  update public.profiles as profile
  set opted_out_at = p_message.sent_at, updated_at = now()
  where profile.user_id = p_profile.user_id;

  return (
    null,
    '{}'::jsonb,
    jsonb_build_array(
      wa.build_buttons(
        wa.get_text('subscription.stopped', p_profile.locale),
        jsonb_build_array(
          jsonb_build_object(
            'id', 'subscription.start', 'title', wa.get_text('subscription.start', p_profile.locale)
          )
        )
      ) || '{"delivery": {"to_opted_out": true}}'::jsonb
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_unsubscribe(public.profiles, wa.inbound_message) is
'Opts the user out and confirms it. The chat stays here, silent, until the user opts in again.';

revoke all on function wa.step_unsubscribe(public.profiles, wa.inbound_message) from public;
grant execute on function wa.step_unsubscribe(public.profiles, wa.inbound_message) to wa_runtime;

-- functions/flows/advance_chat.sql
create or replace function wa.advance_chat(
  p_profile public.profiles,
  p_chat public.chat_state,
  p_message wa.inbound_message
)
returns wa.chat_outcome
language plpgsql
volatile
set search_path = ''
as $$
declare
  -- A chain of states that each lead on at once is a mistake in a flow, not a conversation.
  c_most_moves constant integer := 8;
  v_profile public.profiles := p_profile;
  v_message wa.inbound_message := p_message;
  v_state wa.flow_states;
  v_data jsonb;
  v_entry wa.flow_entries;
  v_result wa.step_result;
  v_replies jsonb := '[]'::jsonb;
  v_moves integer := 0;
begin
  v_entry := wa.find_entry(p_message, p_chat.state);

  if p_profile.opted_out_at is not null and v_entry.to_state is distinct from 'subscribe' then
    return null;
  end if;

  -- No row: the first message, or the first after a reset or a time-out, is greeted whatever it says.
  v_message.is_entry := v_entry.action is not null or p_chat.updated_at is null;
  v_state := wa.get_flow_state(wa.choose_state(v_entry, p_chat.state));
  v_data := wa.choose_data(v_entry, p_message, p_chat.data);

  loop
    v_result := wa.run_step(v_state.step_function, v_profile, v_state.state, v_data, v_message);
    v_replies := v_replies || coalesce(v_result.replies, '[]');
    exit when v_result.next_state is null or v_result.next_state = v_state.state;

    v_moves := v_moves + 1;
    perform wa.require_transition(v_state.state, v_result.next_state, v_moves <= c_most_moves);
    v_state := wa.get_flow_state(v_result.next_state);
    v_data := coalesce(v_result.data, '{}');
    v_message.is_entry := true;

    -- The step may have changed the profile, its language for one.
    select profile.* into v_profile
    from public.profiles as profile
    where profile.user_id = p_profile.user_id;
  end loop;

  return (
    p_profile.user_id,
    coalesce(p_profile.whatsapp_e164, p_profile.wa_user_id),
    p_message.phone_number_id,
    p_message.wa_message_id,
    v_state.state,
    coalesce(v_result.data, v_data),
    now() + v_state.expires_after,
    v_replies,
    -- Not now(): the profile is locked, so that the clock orders the replies as the messages took effect.
    clock_timestamp()
  )::wa.chat_outcome;
end
$$;

comment on function wa.advance_chat(public.profiles, public.chat_state, wa.inbound_message) is
'Moves one chat on by one message: finds the state (an entry point leads to another one), runs its step and the steps of the states it moves to, and returns where the chat then stands with the replies; null when the user wants no messages. Raises WA002 for a move that wa.flow_transitions does not allow.';

revoke all on function wa.advance_chat(public.profiles, public.chat_state, wa.inbound_message) from public;
grant execute on function wa.advance_chat(public.profiles, public.chat_state, wa.inbound_message) to wa_runtime;

-- functions/flows/advance_chats.sql
create or replace function wa.advance_chats(p_messages wa.received_message[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_opened record;
  v_outcome wa.chat_outcome;
  v_outcomes wa.chat_outcome[] := array[]::wa.chat_outcome[];
begin
  for v_opened in
    select
      profile,
      -- No row: the chat has not begun, was reset, or its time ran out.
      coalesce(
        chat, (profile.user_id, 'home', '{}', null, null)::public.chat_state
      ) as chat,
      (
        message.wa_message_id, message.phone_number_id, message.message_type, message.sent_at,
        message.body, message.reply_id, message.content, false
      )::wa.inbound_message as message
    from unnest(p_messages) as message
    inner join public.profiles as sender on sender.user_id = message.user_id
    inner join public.profiles as profile on profile.user_id = coalesce(sender.merged_into, sender.user_id)
    left join public.chat_state as chat
      on chat.user_id = profile.user_id
      and (chat.expires_at is null or chat.expires_at > now())
    order by message.sent_at, message.sequence
  loop
    v_outcome := wa.advance_chat(v_opened.profile, v_opened.chat, v_opened.message);

    if v_outcome.user_id is not null then
      v_outcomes := v_outcomes || v_outcome;
    end if;
  end loop;

  if cardinality(v_outcomes) > 0 then
    perform wa.save_chats(v_outcomes);
    perform wa.queue_replies(v_outcomes);
  end if;
end
$$;

comment on function wa.advance_chats(wa.received_message[]) is
'Moves chats on, each of another user by one message, in the order of the messages; reads and writes are shared by all.';

revoke all on function wa.advance_chats(wa.received_message[]) from public;
grant execute on function wa.advance_chats(wa.received_message[]) to wa_runtime;

-- functions/flows/choose_data.sql
create or replace function wa.choose_data(p_entry wa.flow_entries, p_message wa.inbound_message, p_data jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when p_entry.kind = 'deep_link'
      then jsonb_build_object('link', wa.read_link(p_message.body, p_entry.value))
    when p_entry.kind = 'reply_prefix'
      then jsonb_build_object('target', substr(p_message.reply_id, length(p_entry.value) + 1))
    when p_entry.action in ('enter', 'cancel') then '{}'::jsonb
    else p_data
  end;
end
$$;

comment on function wa.choose_data(wa.flow_entries, wa.inbound_message, jsonb) is
'What the step remembers from before: what follows a deep link''s prefix (data.link) or the beginning of a reply id (data.target), nothing when a flow is entered anew, all of it otherwise, also on the way back.';

revoke all on function wa.choose_data(wa.flow_entries, wa.inbound_message, jsonb) from public;
grant execute on function wa.choose_data(wa.flow_entries, wa.inbound_message, jsonb) to wa_runtime;

-- functions/flows/choose_state.sql
create or replace function wa.choose_state(p_entry wa.flow_entries, p_state text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  if p_entry.action = 'back' then
    return coalesce((select state.back_to from wa.flow_states as state where state.state = p_state), 'home');
  end if;

  return case p_entry.action when 'enter' then p_entry.to_state when 'cancel' then 'cancelled' else p_state end;
end
$$;

comment on function wa.choose_state(wa.flow_entries, text) is
'The state that handles a message: where its entry point leads, or else where the chat stands.';

revoke all on function wa.choose_state(wa.flow_entries, text) from public;
grant execute on function wa.choose_state(wa.flow_entries, text) to wa_runtime;

-- functions/flows/find_entry.sql
create or replace function wa.find_entry(p_message wa.inbound_message, p_state text)
returns wa.flow_entries
language plpgsql
stable
set search_path = ''
as $$
declare
  v_kind text := case when p_message.reply_id is null then 'keyword' else 'reply' end;
  v_value text := coalesce(p_message.reply_id, wa.fold_text(p_message.body));
  v_entry wa.flow_entries;
begin
  select entry.* into v_entry
  from wa.flow_entries as entry
  where entry.kind = v_kind
    and entry.value = v_value
    and (entry.scope = 'everywhere' or p_state = 'home');

  if found then
    return v_entry;
  end if;

  if p_message.reply_id is not null then
    select entry.* into v_entry
    from wa.flow_entries as entry
    where entry.kind = 'reply_prefix'
      and starts_with(p_message.reply_id, entry.value)
      and (entry.scope = 'everywhere' or p_state = 'home')
    order by length(entry.value) desc
    limit 1;
  elsif p_message.message_type = 'text' then
    select entry.* into v_entry
    from wa.flow_entries as entry
    where entry.kind = 'deep_link'
      and wa.read_link(p_message.body, entry.value) is not null
      and (entry.scope = 'everywhere' or p_state = 'home')
    order by length(entry.value) desc, entry.value
    limit 1;
  end if;
  return v_entry;
end
$$;

comment on function wa.find_entry(wa.inbound_message, text) is
'The entry point that a message is, if any: a tapped button or row, by its id or the beginning of it, a keyword alone in the text, or a deep link anywhere in it.';

revoke all on function wa.find_entry(wa.inbound_message, text) from public;
grant execute on function wa.find_entry(wa.inbound_message, text) to wa_runtime;

-- functions/flows/fold_text.sql
create or replace function wa.fold_text(p_text text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when char_length(p_text) <= 100 then btrim(
      regexp_replace(
        regexp_replace(lower(normalize(p_text, nfd)), '[\u0300-\u036f\u200b-\u200f\ufe0f\ufeff]', '', 'g'),
        '[[:space:][:punct:]\u00a0\u00a1\u00ab\u00bb\u00bf\u2010-\u205f\u3000-\u303f]+', ' ', 'g'
      )
    )
  end;
end
$$;

comment on function wa.fold_text(text) is
'A text as keywords are compared: lower case, without accents and punctuation. Null for a text of more than 100 characters: that is no keyword.';

revoke all on function wa.fold_text(text) from public;
grant execute on function wa.fold_text(text) to wa_runtime;

-- functions/flows/get_flow_state.sql
create or replace function wa.get_flow_state(p_state text)
returns wa.flow_states
language plpgsql
stable
set search_path = ''
as $$
declare
  v_state wa.flow_states;
begin
  select state.* into v_state
  from wa.flow_states as state
  where state.state = p_state;

  if v_state.state is null then
    raise exception using
      errcode = 'WA003',
      message = format('there is no flow state %s', coalesce(p_state, '(null)')),
      hint = 'Add it to wa.flow_states, or correct the step that leads to it.';
  end if;
  return v_state;
end
$$;

comment on function wa.get_flow_state(text) is 'A row of the state registry. Raises WA003 when there is none.';

revoke all on function wa.get_flow_state(text) from public;
grant execute on function wa.get_flow_state(text) to wa_runtime;

-- functions/flows/get_typed_text.sql
create or replace function wa.get_typed_text(p_message wa.inbound_message)
returns text
language sql
immutable
set search_path = ''
as $$
  select case when p_message.message_type = 'text' then p_message.body end
$$;

comment on function wa.get_typed_text(wa.inbound_message) is
'What the user typed; null for a tap, a picture, and everything else.';

revoke all on function wa.get_typed_text(wa.inbound_message) from public;
grant execute on function wa.get_typed_text(wa.inbound_message) to wa_runtime;

-- functions/flows/is_answer.sql
create or replace function wa.is_answer(p_message wa.inbound_message, p_reply_id text, p_words_key text)
returns boolean
language sql
stable
set search_path = ''
as $$
  select
    coalesce(p_message.reply_id = p_reply_id, false)
    or (
      p_message.reply_id is null
      and exists (
        select from wa.texts as text
        cross join lateral string_to_table(text.body, ',') as word (body)
        where text.key = p_words_key and wa.fold_text(word.body) = wa.fold_text(p_message.body)
      )
    )
$$;

comment on function wa.is_answer(wa.inbound_message, text, text) is
'Whether a message is one answer to a question: its button was tapped, or one of its words was typed. The words are a text, separated by commas, and understood in every language.';

revoke all on function wa.is_answer(wa.inbound_message, text, text) from public;
grant execute on function wa.is_answer(wa.inbound_message, text, text) to wa_runtime;

-- functions/flows/read_link.sql
create or replace function wa.read_link(p_body text, p_prefix text)
returns text
language sql
immutable
set search_path = ''
as $$
  select coalesce(found.match[1], '')
  from regexp_match(p_body, '(?i)' || regexp_replace(p_prefix, '(\W)', '\\\1', 'g') || '\s*(\S{1,64})?') as found (match)
  where found.match is not null
$$;

comment on function wa.read_link(text, text) is
'What follows the prefix of a deep link in a text, without regard to case; empty when nothing follows, null when the prefix is not there.';

revoke all on function wa.read_link(text, text) from public;
grant execute on function wa.read_link(text, text) to wa_runtime;

-- functions/flows/read_location.sql
create or replace function wa.read_location(p_message wa.inbound_message)
returns double precision[]
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_latitude jsonb := p_message.content #> '{location,latitude}';
  v_longitude jsonb := p_message.content #> '{location,longitude}';
begin
  if p_message.message_type <> 'location'
    or jsonb_typeof(v_latitude) is distinct from 'number'
    or jsonb_typeof(v_longitude) is distinct from 'number'
  then
    return null;
  end if;

  -- Compared as numeric: a number that is too large for double precision must not raise.
  if v_latitude::numeric not between -90 and 90 or v_longitude::numeric not between -180 and 180 then
    return null;
  end if;
  return array[round(v_latitude::numeric, 7), round(v_longitude::numeric, 7)]::double precision[];
end
$$;

comment on function wa.read_location(wa.inbound_message) is
'Latitude and longitude of a shared place, in degrees to the centimetre; null when the message is none, or no place on earth.';

revoke all on function wa.read_location(wa.inbound_message) from public;
grant execute on function wa.read_location(wa.inbound_message) to wa_runtime;

-- functions/flows/read_page.sql
create or replace function wa.read_page(p_data jsonb)
returns integer
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case when p_data ->> 'target' ~ '^[1-9][0-9]{0,3}$' then (p_data ->> 'target')::integer else 1 end;
end
$$;

comment on function wa.read_page(jsonb) is
'The page of a list that a tapped "more" asks for in data.target, from 1; the first when it asks for none.';

revoke all on function wa.read_page(jsonb) from public;
grant execute on function wa.read_page(jsonb) to wa_runtime;

-- functions/flows/read_uuid.sql
create or replace function wa.read_uuid(p_text text)
returns uuid
language sql
immutable
set search_path = ''
as $$
  select case
    when p_text ~ '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$' then p_text::uuid
  end
$$;

comment on function wa.read_uuid(text) is
'An id that came out of a reply; null when it is none, since the ids of replies are whatever the client sends.';

revoke all on function wa.read_uuid(text) from public;
grant execute on function wa.read_uuid(text) to wa_runtime;

-- functions/flows/refuse_to_remove_occupied_state.sql
create or replace function wa.refuse_to_remove_occupied_state()
returns trigger
language plpgsql
volatile
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and new.state = old.state then
    return null;
  end if;

  -- Waits for the messages that are just moving a chat.
  lock table public.chat_state in share row exclusive mode;
  if exists (select from public.chat_state as chat where chat.state = old.state) then
    raise exception using
      errcode = '23503',
      message = format('somebody is in the state %s', old.state),
      hint = 'Move the rows of public.chat_state to another state first, or delete them: that leads home.';
  end if;
  return null;
end
$$;

comment on function wa.refuse_to_remove_occupied_state() is
'Keeps the states of chats in wa.flow_states. A foreign key would lock the same few rows in every message.';

revoke all on function wa.refuse_to_remove_occupied_state() from public;

create or replace trigger flow_states_occupied
after delete or update of state on wa.flow_states
for each row execute function wa.refuse_to_remove_occupied_state();

comment on trigger flow_states_occupied on wa.flow_states is 'No state is removed while a chat is in it.';

-- functions/flows/require_transition.sql
create or replace function wa.require_transition(p_from text, p_to text, p_is_within_limit boolean)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if not exists (
    select from wa.flow_transitions as transition
    where transition.from_state = p_from and transition.to_state = p_to
  ) then
    raise exception using
      errcode = 'WA002',
      message = format('the flow may not move from %s to %s', p_from, p_to),
      hint = 'Add the pair to wa.flow_transitions if the move is meant, or correct the step function.';
  end if;

  if not p_is_within_limit then
    raise exception using
      errcode = 'WA005',
      message = format('the flow keeps moving: %s leads on to %s', p_from, p_to),
      hint = 'A step that is entered must wait for an answer sooner or later: return the same state.';
  end if;
end
$$;

comment on function wa.require_transition(text, text, boolean) is
'Raises WA002 unless wa.flow_transitions allows the move, and WA005 when one message has caused too many.';

revoke all on function wa.require_transition(text, text, boolean) from public;
grant execute on function wa.require_transition(text, text, boolean) to wa_runtime;

-- functions/flows/run_step.sql
create or replace function wa.run_step(
  p_step_function text,
  p_profile public.profiles,
  p_state text,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_arguments text;
  v_result wa.step_result;
begin
  -- A step takes what it uses, in any order.
  select array_to_string(step.proargnames, ', ') into v_arguments
  from pg_catalog.pg_proc as step
  where step.oid = to_regproc(format('wa.%I', p_step_function));

  if v_arguments is null then
    raise exception using
      errcode = 'WA003',
      message = format('the state %s has no step: there is no one function wa.%s', p_state, p_step_function),
      hint = 'Apply the function''s file with wa-webhook migrate, or correct wa.flow_states.';
  end if;

  -- The name comes from wa.flow_states, whose check admits nothing but step_ and an identifier.
  v_arguments := replace(replace(v_arguments, 'p_profile', '$1'), 'p_state', '$2');
  v_arguments := replace(replace(v_arguments, 'p_data', '$3'), 'p_message', '$4');
  execute format('select * from wa.%I(%s)', p_step_function, v_arguments)
    into v_result.next_state, v_result.data, v_result.replies
    using p_profile, p_state, p_data, p_message;
  return v_result;
end
$$;

comment on function wa.run_step(text, public.profiles, text, jsonb, wa.inbound_message) is
'Calls the step function that the registry names for a state, with those of p_profile, p_state, p_data and p_message that it takes. Raises WA003 when there is none.';

revoke all on function wa.run_step(text, public.profiles, text, jsonb, wa.inbound_message) from public;
grant execute on function wa.run_step(text, public.profiles, text, jsonb, wa.inbound_message) to wa_runtime;

-- functions/flows/save_chats.sql
create or replace function wa.save_chats(p_outcomes wa.chat_outcome[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_saved integer;
begin
  update public.chat_state as chat
  set
    state = outcome.state,
    data = outcome.data,
    expires_at = outcome.expires_at,
    updated_at = now()
  from unnest(p_outcomes) as outcome
  where chat.user_id = outcome.user_id
    -- Within a payload much stays as it is; a version of the row for each message would make a long one slow.
    and (chat.state, chat.data, chat.expires_at, chat.updated_at)
      is distinct from (outcome.state, outcome.data, outcome.expires_at, now());
  get diagnostics v_saved = row_count;

  if v_saved < cardinality(p_outcomes) then
    insert into public.chat_state (user_id, state, data, expires_at)
    select outcome.user_id, outcome.state, outcome.data, outcome.expires_at
    from unnest(p_outcomes) as outcome
    on conflict (user_id) do nothing;
  end if;
end
$$;

comment on function wa.save_chats(wa.chat_outcome[]) is
'Stores where chats stand, each of another user, and until when if their state times out. The caller holds the profiles'' locks.';

revoke all on function wa.save_chats(wa.chat_outcome[]) from public;
grant execute on function wa.save_chats(wa.chat_outcome[]) to wa_runtime;

-- functions/identity/add_alias.sql
create or replace function wa.add_alias(p_kind text, p_value text, p_user_id uuid)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into wa.profile_aliases (kind, value, user_id)
  select p_kind, p_value, p_user_id
  where p_value is not null
  on conflict (kind, value) do update set user_id = excluded.user_id
$$;

comment on function wa.add_alias(text, text, uuid) is
'Lets a profile be found by another name; the newest evidence wins. Does nothing for a null value.';

revoke all on function wa.add_alias(text, text, uuid) from public;
grant execute on function wa.add_alias(text, text, uuid) to wa_runtime;

-- functions/identity/attach_identity.sql
create or replace function wa.attach_identity(
  p_user_id uuid,
  p_phone text,
  p_bsuid text,
  p_parent_bsuid text default null
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.profiles as profile
  set
    whatsapp_e164 = coalesce(p_phone, profile.whatsapp_e164),
    wa_user_id = coalesce(profile.wa_user_id, p_bsuid),
    updated_at = now()
  where profile.user_id = p_user_id
    and (
      (p_phone is not null and profile.whatsapp_e164 is distinct from p_phone)
      or (p_bsuid is not null and profile.wa_user_id is null)
    );

  perform wa.add_alias('bsuid', p_bsuid, p_user_id)
  from public.profiles as profile
  where profile.user_id = p_user_id and profile.wa_user_id <> p_bsuid;

  perform wa.add_alias('parent_bsuid', p_parent_bsuid, p_user_id);
end
$$;

comment on function wa.attach_identity(uuid, text, text, text) is
'Completes a profile with what a payload says beside the name it was found by: the number as Meta now gives it, the BSUID (as another name when the profile has one already).';

revoke all on function wa.attach_identity(uuid, text, text, text) from public;
grant execute on function wa.attach_identity(uuid, text, text, text) to wa_runtime;

-- functions/identity/change_identity.sql
create or replace function wa.change_identity(p_message wa.received_message)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_system constant jsonb := p_message.content -> 'system';
  v_new_phone constant text := wa.normalize_phone(coalesce(v_system ->> 'wa_id', v_system ->> 'new_wa_id'));
  v_new_bsuid constant text := wa.normalize_bsuid(v_system ->> 'user_id');
  v_is_number_change constant boolean := v_system ->> 'type' <> 'user_changed_user_id';
  -- Another change in the same payload may have merged this profile away.
  v_user_id uuid := (wa.get_profile(p_message.user_id)).user_id;
  v_holder public.profiles;
  v_profile public.profiles;
begin
  for v_holder in
    select profile.*
    from public.profiles as profile
    where (profile.wa_user_id = v_new_bsuid or profile.phone_lookup_key = wa.phone_lookup_key(v_new_phone))
      and profile.user_id <> v_user_id
    order by profile.user_id
  loop
    if v_holder.wa_user_id <> v_new_bsuid then
      -- Somebody else had the new number before: nothing says that this is the same person.
      perform wa.detach_phone(v_holder);
    else
      v_user_id := wa.merge_profiles(v_holder.user_id, v_user_id);
    end if;
  end loop;

  v_profile := wa.get_profile(v_user_id);

  update public.profiles as profile
  set
    wa_user_id = coalesce(v_new_bsuid, profile.wa_user_id),
    whatsapp_e164 = case
      when v_new_phone is not null then v_new_phone
      when v_is_number_change and coalesce(v_new_bsuid, profile.wa_user_id) is not null then null
      else profile.whatsapp_e164
    end,
    updated_at = now()
  where profile.user_id = v_user_id;

  perform wa.add_alias('bsuid', v_profile.wa_user_id, v_user_id)
  where v_profile.wa_user_id <> v_new_bsuid;

  perform wa.add_alias('bsuid', p_message.bsuid, v_user_id)
  where p_message.bsuid <> v_new_bsuid;

  perform wa.add_alias('parent_bsuid', wa.normalize_parent_bsuid(v_system ->> 'parent_user_id'), v_user_id);
end
$$;

comment on function wa.change_identity(wa.received_message) is
'Applies a system message that says a user''s old and new number or BSUID: the profile goes on under the new ones, is still found by the old BSUID, and takes over a profile that already had the new ones.';

revoke all on function wa.change_identity(wa.received_message) from public;
grant execute on function wa.change_identity(wa.received_message) to wa_runtime;

-- functions/identity/create_profile.sql
create or replace function wa.create_profile(
  p_phone text,
  p_bsuid text,
  p_parent_bsuid text default null,
  p_display_name text default null
)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_user_id uuid;
begin
  insert into public.profiles (whatsapp_e164, wa_user_id, display_name, locale)
  values (p_phone, p_bsuid, p_display_name, wa.get_setting('default_locale') #>> '{}')
  returning user_id into v_user_id;

  perform wa.add_alias('parent_bsuid', p_parent_bsuid, v_user_id);
  return v_user_id;
end
$$;

comment on function wa.create_profile(text, text, text, text) is
'A new profile for a sender that nobody knows yet. The caller holds the locks.';

revoke all on function wa.create_profile(text, text, text, text) from public;
grant execute on function wa.create_profile(text, text, text, text) to wa_runtime;

-- functions/identity/detach_phone.sql
create or replace function wa.detach_phone(p_profile public.profiles)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.profiles as profile
  set
    whatsapp_e164 = null,
    metadata = profile.metadata || jsonb_build_object('phone_recycled_at', now()),
    updated_at = now()
  where profile.user_id = p_profile.user_id;

  perform wa.emit_event('IDENTITY_PHONE_RECYCLED', jsonb_build_object('user_id', p_profile.user_id));
end
$$;

comment on function wa.detach_phone(public.profiles) is
'Takes the number from a profile whose owner no longer has it. The profile stays, known by its BSUID.';

revoke all on function wa.detach_phone(public.profiles) from public;
grant execute on function wa.detach_phone(public.profiles) to wa_runtime;

-- functions/identity/find_by_alias.sql
create or replace function wa.find_by_alias(p_bsuids text[], p_parent_bsuids text[])
returns uuid[]
language sql
stable
set search_path = ''
as $$
  select array_agg(distinct alias.user_id)
  from wa.profile_aliases as alias
  where (alias.kind = 'bsuid' and alias.value = any(p_bsuids))
    or (alias.kind = 'parent_bsuid' and alias.value = any(p_parent_bsuids))
$$;

comment on function wa.find_by_alias(text[], text[]) is
'The profiles that once went by one of these BSUIDs, or have one of these parent BSUIDs.';

revoke all on function wa.find_by_alias(text[], text[]) from public;
grant execute on function wa.find_by_alias(text[], text[]) to wa_runtime;

-- functions/identity/find_or_create_profile.sql
create or replace function wa.find_or_create_profile(p_phone text, p_bsuid text)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_profile public.profiles;
begin
  v_profile := wa.find_profile(p_phone, p_bsuid);

  if v_profile.user_id is not null then
    return v_profile.user_id;
  end if;

  perform wa.lock_identities(array[p_phone], array[p_bsuid]);
  return wa.settle_identity(p_phone, p_bsuid);
end
$$;

comment on function wa.find_or_create_profile(text, text) is
'The profile of a recipient named by number or BSUID, created when nobody knows it yet.';

revoke all on function wa.find_or_create_profile(text, text) from public;
grant execute on function wa.find_or_create_profile(text, text) to wa_runtime;

-- functions/identity/find_profile.sql
create or replace function wa.find_profile(p_phone text, p_bsuid text, p_parent_bsuid text default null)
returns public.profiles
language plpgsql
stable
set search_path = ''
as $$
declare
  v_profile public.profiles;
begin
  if p_bsuid is not null then
    select profile.* into v_profile
    from public.profiles as profile
    where profile.wa_user_id = p_bsuid;
  end if;

  if v_profile.user_id is null and p_phone is not null then
    select profile.* into v_profile
    from public.profiles as profile
    where profile.phone_lookup_key = wa.phone_lookup_key(p_phone);
  end if;

  if v_profile.user_id is null then
    select profile.* into v_profile
    from wa.profile_aliases as alias
    inner join public.profiles as profile on profile.user_id = alias.user_id
    where (alias.kind = 'bsuid' and alias.value = p_bsuid)
      or (alias.kind = 'parent_bsuid' and alias.value = p_parent_bsuid)
    order by alias.kind
    limit 1;
  end if;

  return v_profile;
end
$$;

comment on function wa.find_profile(text, text, text) is
'The profile that goes by this BSUID or number, or went by this BSUID before, or has this parent BSUID; a row of nulls when there is none.';

revoke all on function wa.find_profile(text, text, text) from public;
grant execute on function wa.find_profile(text, text, text) to wa_runtime;

-- functions/identity/get_profile.sql
create or replace function wa.get_profile(p_user_id uuid)
returns public.profiles
language plpgsql
stable
set search_path = ''
as $$
declare
  v_profile public.profiles;
begin
  select profile.* into v_profile
  from public.profiles as profile
  where profile.user_id = p_user_id;

  if v_profile.merged_into is not null then
    select profile.* into v_profile
    from public.profiles as profile
    where profile.user_id = v_profile.merged_into;
  end if;
  return v_profile;
end
$$;

comment on function wa.get_profile(uuid) is
'A profile, or the one that took it over; a row of nulls when there is none.';

revoke all on function wa.get_profile(uuid) from public;
grant execute on function wa.get_profile(uuid) to wa_runtime;

-- functions/identity/list_identities.sql
create or replace function wa.list_identities(p_messages wa.received_message[])
returns table (phone text, bsuid text)
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  select message.phone, message.bsuid
  from unnest(p_messages) as message
  where message.disposition <> 'invalid_sender'
  union
  select
    wa.normalize_phone(coalesce(message.content #>> '{system,wa_id}', message.content #>> '{system,new_wa_id}')),
    wa.normalize_bsuid(message.content #>> '{system,user_id}')
  from unnest(p_messages) as message
  where message.disposition <> 'invalid_sender' and message.message_type = 'system';
end
$$;

comment on function wa.list_identities(wa.received_message[]) is
'The distinct senders of some messages; those that a system message changes come with their new identity too.';

revoke all on function wa.list_identities(wa.received_message[]) from public;
grant execute on function wa.list_identities(wa.received_message[]) to wa_runtime;

-- functions/identity/list_status_identities.sql
create or replace function wa.list_status_identities(p_statuses jsonb)
returns table (phone text, bsuid text)
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  with pair as (
    select distinct
      wa.normalize_phone(status ->> 'recipient_id') as phone,
      wa.normalize_bsuid(status ->> 'recipient_user_id') as bsuid
    from jsonb_array_elements(p_statuses) as status
    where status ? 'recipient_id' and status ? 'recipient_user_id'
  )

  select pair.phone, pair.bsuid
  from pair
  left join public.profiles as by_phone on by_phone.phone_lookup_key = wa.phone_lookup_key(pair.phone)
  left join public.profiles as by_bsuid on by_bsuid.wa_user_id = pair.bsuid
  where pair.phone is not null
    and pair.bsuid is not null
    and coalesce(by_phone.user_id, by_bsuid.user_id) is not null
    and (by_phone.user_id is distinct from by_bsuid.user_id);
end
$$;

comment on function wa.list_status_identities(jsonb) is
'The pairs of number and BSUID in some statuses that complete or join profiles we have: sending to a known number is how its BSUID becomes known.';

revoke all on function wa.list_status_identities(jsonb) from public;
grant execute on function wa.list_status_identities(jsonb) to wa_runtime;

-- functions/identity/lock_identities.sql
create or replace function wa.lock_identities(p_phones text[], p_bsuids text[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  -- Any number does, as long as nothing else uses it: the bytes of 'wa_ident'.
  c_all_identities constant bigint := 8602261669514931828;
  c_most_single_locks constant integer := 100;
begin
  -- A lock each is precise, but the server's lock table is small: a payload with very many new senders locks them all.
  if coalesce(cardinality(p_phones), 0) + coalesce(cardinality(p_bsuids), 0) > c_most_single_locks then
    perform pg_advisory_xact_lock(c_all_identities);
    return;
  end if;

  perform pg_advisory_xact_lock_shared(c_all_identities);
  perform pg_advisory_xact_lock(identity.lock_key)
  from (
    select distinct hashtextextended(name.value, 0) as lock_key
    from (
      select wa.phone_lookup_key(phone) as value from unnest(p_phones) as phone
      union all
      select bsuid from unnest(p_bsuids) as bsuid
    ) as name
    order by lock_key
  ) as identity;
end
$$;

comment on function wa.lock_identities(text[], text[]) is
'Serializes, until the transaction ends, the calls that create, merge or change the profiles of these numbers and BSUIDs. Settled senders never come here.';

revoke all on function wa.lock_identities(text[], text[]) from public;
grant execute on function wa.lock_identities(text[], text[]) to wa_runtime;

-- functions/identity/lock_profiles.sql
create or replace function wa.lock_profiles(p_phones text[], p_bsuids text[], p_user_ids uuid[] default null)
returns uuid[]
language plpgsql
volatile
set search_path = ''
as $$
begin
  return (
    with locked as (
      select profile.user_id
      from public.profiles as profile
      where profile.wa_user_id = any(p_bsuids)
        or profile.phone_lookup_key = any(array(select wa.phone_lookup_key(phone) from unnest(p_phones) as phone))
        or profile.user_id = any(p_user_ids)
      order by profile.user_id
      for no key update
    )

    select array_agg(locked.user_id)
    from locked
  );
end
$$;

comment on function wa.lock_profiles(text[], text[], uuid[]) is
'Locks the profiles with these numbers, BSUIDs or ids, in the order of user_id, and returns their ids.';

revoke all on function wa.lock_profiles(text[], text[], uuid[]) from public;
grant execute on function wa.lock_profiles(text[], text[], uuid[]) to wa_runtime;

-- functions/identity/lock_senders.sql
create or replace function wa.lock_senders(p_messages wa.received_message[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_is_unchanged boolean;
begin
  with locked as materialized (
    select profile.user_id, profile.whatsapp_e164, profile.wa_user_id
    from public.profiles as profile
    where profile.user_id = any(array(select message.user_id from unnest(p_messages) as message))
    order by profile.user_id
    for no key update
  )

  select
    bool_and(
      coalesce(locked.whatsapp_e164 = message.phone, message.phone is null)
      and coalesce(locked.wa_user_id = message.bsuid, message.bsuid is null)
    )
  into v_is_unchanged
  from unnest(p_messages) as message
  left join locked on locked.user_id = message.user_id
  where message.user_id is not null;

  if not v_is_unchanged then
    raise exception using
      errcode = '40001',
      message = 'a sender''s profile changed while it was being locked',
      hint = 'Nothing was committed. Call again.';
  end if;
end
$$;

comment on function wa.lock_senders(wa.received_message[]) is
'Locks the profiles of settled senders, in the order of user_id. Raises 40001 when one was merged or renamed just before the lock was granted.';

revoke all on function wa.lock_senders(wa.received_message[]) from public;
grant execute on function wa.lock_senders(wa.received_message[]) to wa_runtime;

-- functions/identity/merge_chat_states.sql
create or replace function wa.merge_chat_states(p_merged uuid, p_survivor uuid)
returns void
language sql
volatile
set search_path = ''
as $$
  with removed as (
    delete from public.chat_state as chat
    where chat.user_id = p_merged
    returning chat.state, chat.data, chat.expires_at, chat.updated_at
  )

  insert into public.chat_state as chat (user_id, state, data, expires_at, updated_at)
  select p_survivor, removed.state, removed.data, removed.expires_at, removed.updated_at
  from removed
  on conflict (user_id) do update
    set
      state = excluded.state,
      data = excluded.data,
      expires_at = excluded.expires_at,
      updated_at = excluded.updated_at
    where chat.updated_at < excluded.updated_at
$$;

comment on function wa.merge_chat_states(uuid, uuid) is
'Leaves the survivor of a merge where the more recent of the two chats stood.';

revoke all on function wa.merge_chat_states(uuid, uuid) from public;
grant execute on function wa.merge_chat_states(uuid, uuid) to wa_runtime;

-- functions/identity/merge_notifications.sql
create or replace function wa.merge_notifications(p_merged uuid, p_survivor uuid)
returns void
language sql
volatile
set search_path = ''
as $$
  with moved as materialized (
    select notification.id
    from public.notifications as notification
    where notification.id in (
      -- Two indexes of what is unsettled; the settled ones of a user have none.
      select unsettled.id
      from public.notifications as unsettled
      where unsettled.open_user_id = p_merged
      union all
      select waiting.id
      from public.notifications as waiting
      where waiting.user_id = p_merged
        and waiting.waiting_for is not null
    )
    order by notification.id
    for no key update
  )

  update public.notifications as notification
  set user_id = p_survivor
  from moved
  where notification.id = moved.id
$$;

comment on function wa.merge_notifications(uuid, uuid) is
'Lets what is still to be sent to a merged profile go to the survivor. What was sent stays with the profile it was sent to.';

revoke all on function wa.merge_notifications(uuid, uuid) from public;
grant execute on function wa.merge_notifications(uuid, uuid) to wa_runtime;

-- functions/identity/merge_profiles.sql
create or replace function wa.merge_profiles(p_one uuid, p_other uuid)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_survivor public.profiles;
  v_merged public.profiles;
begin
  select profile.* into v_survivor
  from public.profiles as profile
  where profile.user_id in (p_one, p_other)
  order by profile.created_at, profile.user_id
  limit 1;

  select profile.* into v_merged
  from public.profiles as profile
  where profile.user_id in (p_one, p_other) and profile.user_id <> v_survivor.user_id;

  -- Both rows cannot hold the same number or BSUID for a moment: the merged row lets go first.
  update public.profiles as profile
  set whatsapp_e164 = null, wa_user_id = null, merged_into = v_survivor.user_id, updated_at = now()
  where profile.user_id = v_merged.user_id;

  update public.profiles as profile
  set
    whatsapp_e164 = coalesce(v_survivor.whatsapp_e164, v_merged.whatsapp_e164),
    wa_user_id = coalesce(v_survivor.wa_user_id, v_merged.wa_user_id),
    display_name = coalesce(v_survivor.display_name, v_merged.display_name),
    last_inbound_at = greatest(v_survivor.last_inbound_at, v_merged.last_inbound_at),
    opted_out_at = greatest(v_survivor.opted_out_at, v_merged.opted_out_at),
    metadata = v_merged.metadata || v_survivor.metadata,
    updated_at = now()
  where profile.user_id = v_survivor.user_id;

  update public.profiles as profile
  set merged_into = v_survivor.user_id
  where profile.merged_into = v_merged.user_id;

  update wa.profile_aliases as alias
  set user_id = v_survivor.user_id
  where alias.user_id = v_merged.user_id;

  perform wa.add_alias('bsuid', v_merged.wa_user_id, v_survivor.user_id)
  where v_merged.wa_user_id <> v_survivor.wa_user_id;

  perform wa.merge_chat_states(v_merged.user_id, v_survivor.user_id);
  perform wa.merge_notifications(v_merged.user_id, v_survivor.user_id);
  perform wa.merge_marketing_preferences(v_merged.user_id, v_survivor.user_id);
  perform wa.merge_basket_profiles(v_merged.user_id, v_survivor.user_id);

  perform wa.emit_event(
    'IDENTITY_MERGED',
    jsonb_build_object('user_id', v_survivor.user_id, 'merged_user_id', v_merged.user_id)
  );
  return v_survivor.user_id;
end
$$;

comment on function wa.merge_profiles(uuid, uuid) is
'Makes one profile of two that evidence has shown to be one person, and returns the older, which keeps everything of both. The other stays as a pointer. The caller holds both rows.';

revoke all on function wa.merge_profiles(uuid, uuid) from public;
grant execute on function wa.merge_profiles(uuid, uuid) to wa_runtime;

-- functions/identity/normalize_bsuid.sql
create or replace function wa.normalize_bsuid(p_value text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case when p_value ~ '^[A-Z]{2}\.[A-Za-z0-9]{1,128}$' then p_value end;
end
$$;

comment on function wa.normalize_bsuid(text) is
'A business-scoped user id as it is; null when the value is none.';

revoke all on function wa.normalize_bsuid(text) from public;
grant execute on function wa.normalize_bsuid(text) to wa_runtime;

-- functions/identity/normalize_parent_bsuid.sql
create or replace function wa.normalize_parent_bsuid(p_value text)
returns text
language plpgsql
immutable
returns null on null input
set search_path = ''
as $$
begin
  return case when p_value ~ '^[A-Z]{2}\.ENT\.[A-Za-z0-9]{1,128}$' then p_value end;
end
$$;

comment on function wa.normalize_parent_bsuid(text) is
'A parent business-scoped user id as it is; null when the value is none.';

revoke all on function wa.normalize_parent_bsuid(text) from public;
grant execute on function wa.normalize_parent_bsuid(text) to wa_runtime;

-- functions/identity/normalize_phone.sql
create or replace function wa.normalize_phone(p_number text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case when p_number ~ '^\+?[1-9][0-9]{6,14}$' then '+' || ltrim(p_number, '+') end;
end
$$;

comment on function wa.normalize_phone(text) is
'A wa_id or phone number as profiles.whatsapp_e164 holds it; null when it is none. The digits stay as Meta gave them.';

revoke all on function wa.normalize_phone(text) from public;
grant execute on function wa.normalize_phone(text) to wa_runtime;

-- functions/identity/phone_lookup_key.sql
create or replace function wa.phone_lookup_key(p_phone text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return regexp_replace(
    regexp_replace(
      regexp_replace(p_phone, '^\+55([1-9][0-9])([6-9][0-9]{7})$', '+55\19\2'),
      '^\+521([0-9]{10})$', '+52\1'
    ),
    '^\+549([0-9]{10})$', '+54\1'
  );
end
$$;

comment on function wa.phone_lookup_key(text) is
'One form for the variants of a number: Brazil with the ninth digit, Mexico without the 1, Argentina without the 9. The same expression as profiles.phone_lookup_key.';

revoke all on function wa.phone_lookup_key(text) from public;
grant execute on function wa.phone_lookup_key(text) to wa_runtime;

-- functions/identity/resolve_senders.sql
create or replace function wa.resolve_senders(p_messages wa.received_message[], p_statuses jsonb)
returns wa.received_message[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_resolved wa.received_message[];
  v_are_settled boolean;
begin
  -- A sender is settled when one profile says exactly what the payload says. That of a system message changes.
  select
    array_agg(
      (
        message.wa_message_id, message.waba_id, message.phone_number_id, message.message_type,
        message.disposition, message.opens_window, message.sent_at, message.sequence, message.phone,
        message.bsuid, message.parent_bsuid, message.display_name, message.body, message.reply_id,
        message.content, message.contact, sender.user_id
      )::wa.received_message
      order by message.sequence
    ),
    coalesce(bool_and(sender.user_id is not null or message.disposition = 'invalid_sender'), true)
  into v_resolved, v_are_settled
  from unnest(p_messages) as message
  left join public.profiles as by_bsuid on by_bsuid.wa_user_id = message.bsuid
  left join public.profiles as by_phone
    on by_phone.whatsapp_e164 = message.phone
    and message.bsuid is null
  cross join lateral (
    select
      case
        when message.disposition = 'invalid_sender' or message.message_type = 'system' then null
        when message.bsuid is null then by_phone.user_id
        when message.phone is null or message.phone = by_bsuid.whatsapp_e164 then by_bsuid.user_id
      end as user_id
  ) as sender;

  if v_are_settled and p_statuses is not null then
    v_are_settled := not exists (select from wa.list_status_identities(p_statuses));
  end if;

  if not v_are_settled then
    return wa.settle_senders(p_messages, p_statuses);
  end if;

  if v_resolved is not null then
    perform wa.lock_senders(v_resolved);
  end if;
  return v_resolved;
end
$$;

comment on function wa.resolve_senders(wa.received_message[], jsonb) is
'Fills in the sender''s profile of every message and locks these profiles until the transaction ends, so that one user''s messages take effect one at a time; learns from statuses that name both a number and a BSUID. Every call takes its locks in one order: identities that are not settled, then profiles by user_id.';

revoke all on function wa.resolve_senders(wa.received_message[], jsonb) from public;
grant execute on function wa.resolve_senders(wa.received_message[], jsonb) to wa_runtime;

-- functions/identity/settle_identity.sql
create or replace function wa.settle_identity(
  p_phone text,
  p_bsuid text,
  p_parent_bsuid text default null,
  p_display_name text default null
)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_by_bsuid public.profiles;
  v_by_phone public.profiles;
  v_user_id uuid;
begin
  v_by_bsuid := wa.find_profile(null, p_bsuid, p_parent_bsuid);
  v_by_phone := wa.find_profile(p_phone, null);

  if v_by_bsuid.user_id is null and v_by_phone.user_id is null then
    return wa.create_profile(p_phone, p_bsuid, p_parent_bsuid, p_display_name);
  end if;

  if v_by_bsuid.wa_user_id <> p_bsuid then
    -- An id that the profile no longer goes by: the number beside it may be as old.
    perform wa.attach_identity(v_by_bsuid.user_id, null, p_bsuid, p_parent_bsuid);
    return v_by_bsuid.user_id;
  end if;

  if v_by_phone.user_id <> v_by_bsuid.user_id and v_by_phone.wa_user_id is null then
    v_user_id := wa.merge_profiles(v_by_phone.user_id, v_by_bsuid.user_id);
  elsif v_by_phone.user_id is distinct from v_by_bsuid.user_id and v_by_phone.wa_user_id <> p_bsuid then
    -- Another active BSUID holds this number and nothing links the two: the number was recycled.
    perform wa.detach_phone(v_by_phone);

    if v_by_bsuid.user_id is null then
      return wa.create_profile(p_phone, p_bsuid, p_parent_bsuid, p_display_name);
    end if;
    v_user_id := v_by_bsuid.user_id;
  elsif p_bsuid is null then
    v_user_id := coalesce(v_by_phone.user_id, v_by_bsuid.user_id);
  else
    v_user_id := coalesce(v_by_bsuid.user_id, v_by_phone.user_id);
  end if;

  perform wa.attach_identity(v_user_id, p_phone, p_bsuid, p_parent_bsuid);
  return v_user_id;
end
$$;

comment on function wa.settle_identity(text, text, text, text) is
'The profile of a sender named by a number, a BSUID or both, which the payload pairs: found, completed, created, or merged from two. The same number with another active BSUID starts a new profile. The caller holds the locks.';

revoke all on function wa.settle_identity(text, text, text, text) from public;
grant execute on function wa.settle_identity(text, text, text, text) to wa_runtime;

-- functions/identity/settle_senders.sql
create or replace function wa.settle_senders(p_messages wa.received_message[], p_statuses jsonb)
returns wa.received_message[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_phones text[];
  v_bsuids text[];
  v_message wa.received_message;
  v_settled wa.received_message[];
begin
  select
    array_agg(distinct identity.phone) filter (where identity.phone is not null),
    array_agg(distinct identity.bsuid) filter (where identity.bsuid is not null)
  into v_phones, v_bsuids
  from (
    select message.phone, message.bsuid
    from wa.list_identities(p_messages) as message
    union all
    select status.phone, status.bsuid
    from wa.list_status_identities(p_statuses) as status
  ) as identity;

  perform wa.lock_identities(v_phones, v_bsuids);
  perform wa.lock_profiles(
    v_phones,
    v_bsuids,
    wa.find_by_alias(v_bsuids, array(select message.parent_bsuid from unnest(p_messages) as message))
  );
  perform wa.settle_identity(pair.phone, pair.bsuid)
  from wa.list_status_identities(p_statuses) as pair;

  foreach v_message in array coalesce(p_messages, '{}') loop
    if v_message.disposition <> 'invalid_sender' then
      v_message.user_id := wa.settle_identity(
        v_message.phone, v_message.bsuid, v_message.parent_bsuid, v_message.display_name
      );
    end if;

    v_settled := v_settled || v_message;
  end loop;

  -- A later message may have merged the sender of an earlier one.
  for v_position in 1..coalesce(cardinality(v_settled), 0) loop
    v_settled[v_position].user_id := (wa.get_profile(v_settled[v_position].user_id)).user_id;
  end loop;

  -- A merge that committed meanwhile may have led to a profile that is not locked yet.
  perform wa.lock_profiles(null, null, array(select message.user_id from unnest(v_settled) as message));
  return v_settled;
end
$$;

comment on function wa.settle_senders(wa.received_message[], jsonb) is
'Finds, creates or merges the profile of each message''s sender, and of those whom statuses name by number and BSUID, one after the other under locks.';

revoke all on function wa.settle_senders(wa.received_message[], jsonb) from public;
grant execute on function wa.settle_senders(wa.received_message[], jsonb) to wa_runtime;

-- functions/ingress/choose_disposition.sql
create or replace function wa.choose_disposition(p_message jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when p_message ->> 'group_id' <> '' then 'ignored'
    when p_message ->> 'type' in (
      'text', 'image', 'video', 'audio', 'document', 'sticker', 'location', 'contacts',
      'interactive', 'button', 'order', 'request_welcome'
    ) then 'processed'
    when p_message ->> 'type' = 'system'
      and p_message #>> '{system,type}' in (
        'user_changed_number', 'user_changed_user_id', 'customer_changed_number'
      ) then 'processed'
    when p_message ->> 'type' in ('unsupported', 'unknown')
      and coalesce(p_message #>> '{unsupported,type}', '') not in (
        'edit', 'pin', 'keep_in_chat', 'poll_update', 'reaction', 'errors'
      ) then 'processed'
    else 'ignored'
  end;
end
$$;

comment on function wa.choose_disposition(jsonb) is
'What becomes of a message with a valid sender: processed when a flow or the identity rules act on it, ignored when it asks for no answer (groups, reactions, edits, revokes, types we do not know).';

revoke all on function wa.choose_disposition(jsonb) from public;
grant execute on function wa.choose_disposition(jsonb) to wa_runtime;

-- functions/ingress/claim_events.sql
create or replace function wa.claim_events(p_messages wa.received_message[])
returns wa.received_message[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_claimed wa.received_message[];
begin
  with message as materialized (
    select distinct on (message.wa_message_id) message.*
    from unnest(p_messages) as message
    order by message.wa_message_id, message.sequence
  ),

  claim as (
    insert into public.wa_events (wa_message_id, user_id, phone_number_id, message_type, status, sent_at)
    select wa_message_id, user_id, phone_number_id, message_type, disposition, sent_at
    from message
    order by wa_message_id
    on conflict (wa_message_id) do nothing
    returning wa_message_id
  )

  select coalesce(array_agg(message::wa.received_message order by message.sent_at, message.sequence), '{}')
  into v_claimed
  from message
  inner join claim on claim.wa_message_id = message.wa_message_id;

  return v_claimed;
end
$$;

comment on function wa.claim_events(wa.received_message[]) is
'Records the messages that nobody has recorded before, with their final status, and returns just these, oldest first. Waits for a transaction that is recording one of them now.';

revoke all on function wa.claim_events(wa.received_message[]) from public;
grant execute on function wa.claim_events(wa.received_message[]) to wa_runtime;

-- functions/ingress/count_dispatch.sql
create or replace function wa.count_dispatch(
  p_received wa.received_message[],
  p_claimed wa.received_message[],
  p_failed integer
)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_claimed wa.received_message;
  v_processed integer := -p_failed;
  v_invalid integer := 0;
  v_ignored integer := 0;
begin
  foreach v_claimed in array coalesce(p_claimed, '{}') loop
    case v_claimed.disposition
      when 'processed' then v_processed := v_processed + 1;
      when 'invalid_sender' then v_invalid := v_invalid + 1;
      else v_ignored := v_ignored + 1;
    end case;
  end loop;

  return jsonb_build_object(
    'processed', v_processed,
    'failed', p_failed,
    'invalid_sender', v_invalid,
    'ignored', v_ignored,
    'duplicate', coalesce(cardinality(p_received), 0) - coalesce(cardinality(p_claimed), 0)
  );
end
$$;

comment on function wa.count_dispatch(wa.received_message[], wa.received_message[], integer) is
'How many messages of a dispatch came to which end. What was received but not claimed is a duplicate.';

revoke all on function wa.count_dispatch(wa.received_message[], wa.received_message[], integer) from public;
grant execute on function wa.count_dispatch(wa.received_message[], wa.received_message[], integer) to wa_runtime;

-- functions/ingress/describe_failure.sql
create or replace function wa.describe_failure(p_message wa.received_message, p_error text)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'event', 'MESSAGE_FAILED',
    'level', 'error',
    'wa_message_id', p_message.wa_message_id,
    'message_type', p_message.message_type,
    'user_id', p_message.user_id,
    'sqlstate', left(p_error, 5)
  )
$$;

comment on function wa.describe_failure(wa.received_message, text) is
'The event to log for a failed message. The error''s text stays in wa_events: it may quote what the user wrote.';

revoke all on function wa.describe_failure(wa.received_message, text) from public;
grant execute on function wa.describe_failure(wa.received_message, text) to wa_runtime;

-- functions/ingress/extract_messages.sql
create or replace function wa.extract_messages(p_payload jsonb)
returns wa.received_message[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_prefixes constant jsonb := wa.get_setting('allowed_phone_prefixes');
  v_contacts jsonb;
begin
  -- Looked up by name in one object: with thousands of contacts, comparing each would take for ever.
  select jsonb_object_agg(name.value, contact.body) into v_contacts
  from jsonb_path_query(p_payload, '$[*].entry[*].changes[*] ? (@.field == "messages").value.contacts[*]') as contact (body)
  cross join lateral (values (contact.body ->> 'user_id'), (contact.body ->> 'wa_id')) as name (value)
  where name.value <> '';

  return (
    -- Materialized, so that what is large is not carried along with every message.
    with change as materialized (
      select
        entry.body ->> 'id' as waba_id,
        change.body #>> '{value,metadata,phone_number_id}' as phone_number_id,
        change.body -> 'value' as value,
        row_number() over (order by entry.position, change.position) as number
      from jsonb_path_query(p_payload, '$[*].entry[*]') with ordinality as entry (body, position)
      cross join lateral jsonb_path_query(entry.body, '$.changes[*] ? (@.field == "messages")')
        with ordinality as change (body, position)
    ),

    message as (
      select
        change.waba_id,
        change.phone_number_id,
        message.body,
        message.body ->> 'type' as type,
        coalesce(
          v_contacts -> (message.body ->> 'from_user_id'), v_contacts -> (message.body ->> 'from')
        ) as contact,
        row_number() over (order by change.number, message.position) as sequence
      from change
      cross join lateral jsonb_path_query(change.value, '$.messages[*]') with ordinality as message (body, position)
      where message.body ->> 'id' <> '' and message.body ->> 'type' <> ''
    ),

    sender as (
      select
        message.*,
        number.phone,
        -- Whom a system message is about is named by the old id or number; the new id is what it tells.
        coalesce(
          wa.normalize_bsuid(message.body #>> '{system,previous_user_id}'),
          wa.normalize_bsuid(nullif(message.body ->> 'from_user_id', message.body #>> '{system,user_id}')),
          wa.normalize_bsuid(nullif(message.contact ->> 'user_id', message.body #>> '{system,user_id}')),
          case when number.phone is null then wa.normalize_bsuid(message.body #>> '{system,user_id}') end
        ) as bsuid
      from message
      cross join lateral (
        select
          coalesce(
            wa.normalize_phone(message.body ->> 'from'),
            wa.normalize_phone(message.body #>> '{system,customer}'),
            wa.normalize_phone(message.contact ->> 'wa_id')
          ) as phone
      ) as number
    )

    select
      array_agg(
        (
          sender.body ->> 'id',
          sender.waba_id,
          sender.phone_number_id,
          sender.type,
          case
            when not wa.may_write(sender.phone, sender.bsuid, v_prefixes) then 'invalid_sender'
            else wa.choose_disposition(sender.body)
          end,
          coalesce(sender.body ->> 'group_id', '') = '' and sender.type not in ('reaction', 'system', 'edit', 'revoke'),
          case
            when sender.body ->> 'timestamp' ~ '^[0-9]{1,11}$' then to_timestamp((sender.body ->> 'timestamp')::bigint)
            else now()
          end,
          sender.sequence,
          sender.phone,
          sender.bsuid,
          coalesce(
            wa.normalize_parent_bsuid(sender.body #>> '{system,previous_parent_user_id}'),
            wa.normalize_parent_bsuid(sender.body ->> 'from_parent_user_id'),
            wa.normalize_parent_bsuid(sender.contact ->> 'parent_user_id')
          ),
          nullif(left(btrim(sender.contact #>> '{profile,name}'), 256), ''),
          coalesce(
            sender.body #>> '{text,body}',
            sender.body #>> '{button,text}',
            sender.body #>> '{interactive,button_reply,title}',
            sender.body #>> '{interactive,list_reply,title}',
            sender.body #>> '{interactive,nfm_reply,body}',
            sender.body #>> array[sender.type, 'caption'],
            sender.body #>> '{order,text}'
          ),
          coalesce(
            sender.body #>> '{button,payload}',
            sender.body #>> '{interactive,button_reply,id}',
            sender.body #>> '{interactive,list_reply,id}'
          ),
          sender.body,
          sender.contact,
          null
        )::wa.received_message
        order by sender.sequence
      )
    from sender
  );
end
$$;

comment on function wa.extract_messages(jsonb) is
'The messages of one webhook body or an array of bodies, normalized, in the order of the payload; null when there are none. A message is matched to its contact by id, never by position.';

revoke all on function wa.extract_messages(jsonb) from public;
grant execute on function wa.extract_messages(jsonb) to wa_runtime;

-- functions/ingress/extract_statuses.sql
create or replace function wa.extract_statuses(p_payload jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if not jsonb_path_exists(p_payload, '$[*].entry[*].changes[*].value.statuses[*]') then
    return null;
  end if;

  return (
    select
      jsonb_agg(
        status.body || jsonb_build_object('phone_number_id', change.body #>> '{value,metadata,phone_number_id}')
        order by change.position, status.position
      )
    from jsonb_path_query(p_payload, '$[*].entry[*].changes[*] ? (@.field == "messages")')
      with ordinality as change (body, position)
    cross join lateral jsonb_path_query(change.body, '$.value.statuses[*] ? (@.type() == "object")')
      with ordinality as status (body, position)
  );
end
$$;

comment on function wa.extract_statuses(jsonb) is
'The statuses of one webhook body or an array of bodies, as Meta sent them, each with its phone_number_id; null when there are none.';

revoke all on function wa.extract_statuses(jsonb) from public;
grant execute on function wa.extract_statuses(jsonb) to wa_runtime;

-- functions/ingress/is_known_message.sql
create or replace function wa.is_known_message(p_message jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return coalesce(
    p_message ->> 'id' <> ''
    and case p_message ->> 'type'
      when 'system' then p_message #>> '{system,type}' in (
        'user_changed_number', 'user_changed_user_id', 'customer_changed_number', 'customer_identity_changed'
      )
      when 'interactive' then p_message #>> '{interactive,type}' in (
        'button_reply', 'list_reply', 'nfm_reply', 'call_permission_reply'
      )
      else p_message ->> 'type' in (
        'text', 'image', 'video', 'audio', 'document', 'sticker', 'location', 'contacts', 'button', 'order',
        'reaction', 'request_welcome', 'unsupported', 'unknown', 'edit', 'revoke'
      )
    end,
    false
  );
end
$$;

comment on function wa.is_known_message(jsonb) is
'Whether an object among a payload''s messages has an id and a type, and a kind within that type, that the facts of Meta''s API name.';

revoke all on function wa.is_known_message(jsonb) from public;
grant execute on function wa.is_known_message(jsonb) to wa_runtime;

-- functions/ingress/is_plain_webhook.sql
create or replace function wa.is_plain_webhook(p_payload jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  -- Paths step into arrays by themselves, so that the type of each part is asked first.
  return not (
    jsonb_path_exists(p_payload, '$[*].entry[*].type() ? (@ != "object")')
    or jsonb_path_exists(p_payload, '$[*].entry[*] ? (!exists(@.changes[*]))')
    or jsonb_path_exists(p_payload, '$[*].entry[*].changes[*].type() ? (@ != "object")')
    or jsonb_path_exists(
      p_payload,
      '$[*].entry[*].changes[*] ? (
        !(@.field.type() == "string" && @.field == "messages" && @.value.type() == "object")
      )'
    )
    or jsonb_path_exists(
      p_payload,
      '$[*].entry[*].changes[*].value.keyvalue().key ? (
        !(@ == "messaging_product" || @ == "metadata" || @ == "contacts" || @ == "messages" || @ == "statuses")
      )'
    )
    or jsonb_path_exists(p_payload, '$[*].entry[*].changes[*].value.statuses[*].type() ? (@ != "object")')
    or jsonb_path_exists(p_payload, '$[*].entry[*].changes[*].value.messages[*].type() ? (@ != "object")')
    or jsonb_path_exists(
      p_payload,
      '$[*].entry[*].changes[*].value.messages[*] ? (
        !(@.id.type() == "string" && @.id != "" && @.type.type() == "string" && @.type == "text")
      )'
    )
  );
end
$$;

comment on function wa.is_plain_webhook(jsonb) is
'Whether a webhook body, or each of an array of them, holds text messages and statuses and nothing beside them, which is what Meta sends most.';

revoke all on function wa.is_plain_webhook(jsonb) from public;
grant execute on function wa.is_plain_webhook(jsonb) to wa_runtime;

-- functions/ingress/is_worth_retrying.sql
create or replace function wa.is_worth_retrying(p_sqlstate text)
returns boolean
language sql
immutable
set search_path = ''
as $$
  select p_sqlstate ~ '^(40|53|55P03|57|58|XX)'
$$;

comment on function wa.is_worth_retrying(text) is
'Whether an error is the server''s trouble or a lost race, and not the fault of the message at hand: the whole call is then tried again.';

revoke all on function wa.is_worth_retrying(text) from public;
grant execute on function wa.is_worth_retrying(text) to wa_runtime;

-- functions/ingress/keep_payloads.sql
create or replace function wa.keep_payloads(p_payloads jsonb)
returns void
language sql
volatile
set search_path = ''
as $$
  with payload as (
    select decode(payload.body, 'base64') as body, payload.reason, payload.error
    from jsonb_to_recordset(p_payloads) as payload (body text, reason text, error text)
  ),

  distinct_payload as (
    select
      payload.body,
      -- One that was processed after all does not hide one that waits for a person.
      (array_agg(payload.reason order by payload.reason = 'text_replaced'))[1] as reason,
      (array_agg(payload.error order by payload.reason = 'text_replaced'))[1] as error,
      count(*)::integer as seen_count
    from payload
    group by payload.body
  )

  insert into wa.kept_payloads as kept (reason, error, body, seen_count)
  select reason, error, body, seen_count
  from distinct_payload
  order by sha256(body)
  on conflict (sha256) do update
    set
      seen_count = kept.seen_count + excluded.seen_count,
      reason = case when excluded.reason = 'text_replaced' then kept.reason else excluded.reason end,
      error = case when excluded.reason = 'text_replaced' then kept.error else excluded.error end,
      replayed_at = case when excluded.reason = 'text_replaced' then kept.replayed_at end;

  insert into wa.alert_occurrences (kind, group_key, detail, seen_count)
  select
    'payload_kept',
    payload.reason,
    jsonb_strip_nulls(
      jsonb_build_object('sqlstate', max(substring(payload.error from '^([0-9A-Z]{5}):')))
    ),
    count(*)
  from jsonb_to_recordset(p_payloads) as payload (reason text, error text)
  where payload.reason <> 'text_replaced'
  group by payload.reason
$$;

comment on function wa.keep_payloads(jsonb) is
'Stores signed payloads byte for byte: an array of objects with body (base64), reason and error. The same bytes are stored once and counted. What waits for a person raises an alert.';

revoke all on function wa.keep_payloads(jsonb) from public;
grant execute on function wa.keep_payloads(jsonb) to wa_runtime;

-- functions/ingress/log_other_fields.sql
create or replace function wa.log_other_fields(p_payload jsonb)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_logs jsonb;
begin
  if wa.is_plain_webhook(p_payload) then
    return;
  end if;

  with entry as materialized (
    select entry.body, entry.body ->> 'id' as waba_id
    from jsonb_path_query(p_payload, '$[*].entry[*]') as entry (body)
  ),

  change as materialized (
    select
      entry.waba_id,
      change.body,
      change.body -> 'value' as value,
      change.body ->> 'field' as field,
      change.body #>> '{value,metadata,phone_number_id}' as phone_number_id
    from entry
    cross join lateral jsonb_path_query(entry.body, '$.changes[*]') as change (body)
  ),

  rest as (
    select
      change.*,
      case
        when jsonb_typeof(change.value) = 'object'
          then change.value - '{messaging_product,metadata,contacts,messages,statuses}'::text[]
        else jsonb_build_object('value', change.value)
      end as value_rest
    from change
    where change.field = 'messages'
  ),

  item as (
    select
      rest.waba_id, rest.phone_number_id, 'messages' as kind, message.body
    from rest
    cross join lateral jsonb_path_query(rest.value, '$.messages[*]') as message (body)
    where not wa.is_known_message(message.body)
    union all
    select
      rest.waba_id, rest.phone_number_id, 'statuses' as kind, status.body
    from rest
    cross join lateral jsonb_path_query(rest.value, '$.statuses[*] ? (@.type() != "object")') as status (body)
  )

  select jsonb_agg(to_jsonb(log)) into v_logs
  from (
    select 'unknown' as kind, null as field, waba_id, null as phone_number_id, wa.mask_json(body, 'entry') as detail
    from entry
    where not jsonb_path_exists(body, '$.changes[*]')
    union all
    select 'unknown', null, waba_id, phone_number_id, wa.mask_json(body, 'entry.changes')
    from change
    where field is null
    union all
    select
      'field', left(field, 100), waba_id, phone_number_id, wa.mask_json(value, 'entry.changes.value')
    from change
    where field <> 'messages'
    union all
    select
      case when value_rest - 'errors' = '{}' then 'field' else 'unknown' end,
      field, waba_id, phone_number_id, wa.mask_json(value_rest, 'entry.changes.value')
    from rest
    where value_rest <> '{}'
    union all
    select 'unknown', 'messages', waba_id, phone_number_id, wa.mask_json(body, 'entry.changes.value.' || kind)
    from item
  ) as log;

  -- Most payloads have nothing to log, and do not wait for retention to change the partitions.
  if v_logs is not null then
    insert into public.webhook_logs (kind, field, waba_id, phone_number_id, detail)
    select log.kind, log.field, log.waba_id, log.phone_number_id, coalesce(log.detail, 'null')
    from jsonb_to_recordset(v_logs) as log (kind text, field text, waba_id text, phone_number_id text, detail jsonb);
  end if;
end
$$;

comment on function wa.log_other_fields(jsonb) is
'Stores in webhook_logs, masked, what a payload holds beside messages and statuses: other webhook fields, Meta''s error notes, and objects of a kind that we do not know.';

revoke all on function wa.log_other_fields(jsonb) from public;
grant execute on function wa.log_other_fields(jsonb) to wa_runtime;

-- functions/ingress/log_snapshot.sql
create or replace function wa.log_snapshot(p_payload jsonb)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into public.webhook_logs (kind, waba_id, detail)
  select 'snapshot', body #>> '{entry,0,id}', wa.mask_json(body)
  from jsonb_path_query(p_payload, '$[*]') as body
$$;

comment on function wa.log_snapshot(jsonb) is 'Stores a masked copy of each webhook body in webhook_logs, for debugging.';

revoke all on function wa.log_snapshot(jsonb) from public;
grant execute on function wa.log_snapshot(jsonb) to wa_runtime;

-- functions/ingress/may_write.sql
create or replace function wa.may_write(p_phone text, p_bsuid text, p_prefixes jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_phone is null then
    return p_bsuid is not null;
  end if;

  if p_prefixes = '[]' then
    return true;
  end if;

  return exists (
    select from jsonb_array_elements_text(p_prefixes) as prefix
    where starts_with(p_phone, '+' || ltrim(prefix, '+'))
  );
end
$$;

comment on function wa.may_write(text, text, jsonb) is
'Whether a sender is valid: a number with an allowed prefix (none listed: any number), or a BSUID alone. Nobody is turned away for hiding a number.';

revoke all on function wa.may_write(text, text, jsonb) from public;
grant execute on function wa.may_write(text, text, jsonb) to wa_runtime;

-- functions/ingress/note_inbound.sql
create or replace function wa.note_inbound(p_messages wa.received_message[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_user_ids uuid[];
begin
  with latest as (
    select distinct on (message.user_id) message.user_id, message.sent_at, message.display_name
    from unnest(p_messages) as message
    where message.opens_window and message.user_id is not null
    order by message.user_id asc, message.sent_at desc, message.sequence desc
  ),

  noted as (
    update public.profiles as profile
    set
      last_inbound_at = greatest(profile.last_inbound_at, latest.sent_at),
      display_name = coalesce(latest.display_name, profile.display_name),
      updated_at = now()
    from latest
    where profile.user_id = latest.user_id
    returning profile.user_id
  )

  select array_agg(noted.user_id) into v_user_ids
  from noted;

  if v_user_ids is not null then
    perform wa.release_waiting(v_user_ids);
  end if;
end
$$;

comment on function wa.note_inbound(wa.received_message[]) is
'Opens the 24-hour window of everyone who just wrote, keeps the name they go by, and lets what waited for them go.';

revoke all on function wa.note_inbound(wa.received_message[]) from public;
grant execute on function wa.note_inbound(wa.received_message[]) to wa_runtime;

-- functions/ingress/rebuild_envelope.sql
create or replace function wa.rebuild_envelope(p_message wa.received_message)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'object', 'whatsapp_business_account',
    'entry', jsonb_build_array(
      jsonb_build_object(
        'id', p_message.waba_id,
        'changes', jsonb_build_array(
          jsonb_build_object(
            'field', 'messages',
            'value', jsonb_build_object(
              'messaging_product', 'whatsapp',
              'metadata', jsonb_build_object('phone_number_id', p_message.phone_number_id),
              'contacts', case
                when p_message.contact is null then '[]'::jsonb
                else jsonb_build_array(p_message.contact)
              end,
              'messages', jsonb_build_array(p_message.content)
            )
          )
        )
      )
    )
  )
$$;

comment on function wa.rebuild_envelope(wa.received_message) is
'The webhook that would have carried just this message: what wa_replay_event dispatches again.';

revoke all on function wa.rebuild_envelope(wa.received_message) from public;
grant execute on function wa.rebuild_envelope(wa.received_message) to wa_runtime;

-- functions/ingress/record_failure.sql
create or replace function wa.record_failure(p_message wa.received_message, p_error text)
returns void
language plpgsql
volatile
set search_path = ''
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

comment on function wa.record_failure(wa.received_message, text) is
'Keeps a message that could not be handled as failed, with its error and what a replay needs, and tells the user once.';

revoke all on function wa.record_failure(wa.received_message, text) from public;
grant execute on function wa.record_failure(wa.received_message, text) to wa_runtime;

-- functions/ingress/require_envelope.sql
create or replace function wa.require_envelope(p_payload jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  -- Paths and not a query: PL/pgSQL evaluates them without starting the executor.
  if p_payload = '[]'
    or jsonb_path_exists(p_payload, '$[*].type() ? (@ != "object")')
    or jsonb_path_exists(p_payload, '$[*].object.type() ? (@ != "string")')
    or jsonb_path_exists(
      p_payload, '$[*] ? (!(@.object == "whatsapp_business_account" && @.entry.type() == "array"))'
    )
  then
    raise exception using
      errcode = 'WA001',
      message = 'the payload is not a WhatsApp webhook',
      detail = 'Expected an object with "object": "whatsapp_business_account" and an array "entry", or an array of such objects.',
      hint = 'Check that the callback URL is subscribed to a WhatsApp Business Account, not to another Graph object.';
  end if;
end
$$;

comment on function wa.require_envelope(jsonb) is
'Raises WA001 unless the payload is a webhook body, or a non-empty array of them.';

revoke all on function wa.require_envelope(jsonb) from public;
grant execute on function wa.require_envelope(jsonb) to wa_runtime;

-- functions/ingress/tell_of_failure.sql
create or replace function wa.tell_of_failure(p_message wa.received_message)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_profile constant public.profiles := wa.get_profile(p_message.user_id);
begin
  if v_profile.opted_out_at is not null then
    return;
  end if;

  insert into public.notifications (user_id, recipient, phone_number_id, payload, dedupe_key)
  values (
    v_profile.user_id,
    coalesce(v_profile.whatsapp_e164, v_profile.wa_user_id),
    p_message.phone_number_id,
    wa.build_text(wa.get_text('error.failed', v_profile.locale)),
    'failed:' || p_message.wa_message_id
  )
  on conflict (dedupe_key) do nothing;

  if found then
    perform wa.wake_notifier();
  end if;
exception
  when assert_failure or others then
    -- The failed message is kept in any case; a missing text must not cost the messages beside it.
    if wa.is_worth_retrying(sqlstate) then
      raise;
    end if;
    perform wa.emit_event('FAILURE_NOT_TOLD', jsonb_build_object('sqlstate', sqlstate), 'error');
end
$$;

comment on function wa.tell_of_failure(wa.received_message) is
'Queues a word to the sender that something went wrong: once for a message, however often it is replayed.';

revoke all on function wa.tell_of_failure(wa.received_message) from public;
grant execute on function wa.tell_of_failure(wa.received_message) to wa_runtime;

-- functions/ingress/try_group.sql
create or replace function wa.try_group(p_messages wa.received_message[])
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_message wa.received_message;
  v_error text;
  v_failures jsonb := '[]'::jsonb;
begin
  begin
    if p_messages[1].message_type = 'system' then
      perform wa.change_identity(p_messages[1]);
    else
      perform wa.advance_chats(p_messages);
    end if;
    return v_failures;
  exception
    when assert_failure or others then
      if wa.is_worth_retrying(sqlstate) then
        raise;
      end if;
      v_error := sqlstate || ': ' || sqlerrm;
  end;

  if cardinality(p_messages) > 1 then
    foreach v_message in array p_messages loop
      v_failures := v_failures || wa.try_group(array[v_message]);
    end loop;
    return v_failures;
  end if;

  perform wa.record_failure(p_messages[1], v_error);
  return jsonb_build_array(wa.describe_failure(p_messages[1], v_error));
end
$$;

comment on function wa.try_group(wa.received_message[]) is
'Handles messages in one subtransaction, and when that fails each in a subtransaction of its own, so that a failure undoes nothing else: an identity change for a system message, which comes alone, a step of the conversation for any other. A message that fails is kept as failed. Returns the events to log of those.';

revoke all on function wa.try_group(wa.received_message[]) from public;
grant execute on function wa.try_group(wa.received_message[]) to wa_runtime;

-- functions/ingress/try_messages.sql
create or replace function wa.try_messages(p_messages wa.received_message[])
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  -- Bounds what is done twice when one message of a group fails.
  c_most_together constant integer := 64;
  v_are_alone boolean := false;
  v_message wa.received_message;
  v_group wa.received_message[] := array[]::wa.received_message[];
  v_user_ids uuid[] := array[]::uuid[];
  v_failures jsonb := '[]'::jsonb;
begin
  foreach v_message in array p_messages loop
    continue when v_message.disposition <> 'processed';

    -- A system message can join the profiles of those that come after it.
    v_are_alone := v_are_alone or v_message.message_type = 'system';

    if cardinality(v_group) > 0 and (
      v_are_alone or v_message.user_id = any(v_user_ids) or cardinality(v_group) = c_most_together
    ) then
      v_failures := v_failures || wa.try_group(v_group);
      v_group := array[]::wa.received_message[];
      v_user_ids := array[]::uuid[];
    end if;

    v_group := v_group || v_message;
    v_user_ids := v_user_ids || v_message.user_id;
  end loop;

  if cardinality(v_group) > 0 then
    v_failures := v_failures || wa.try_group(v_group);
  end if;
  return v_failures;
end
$$;

comment on function wa.try_messages(wa.received_message[]) is
'Handles the messages that ask for it, in the order given, and returns the events to log of those that failed. Neighbours of different users go together, which spares statements; a user''s next message comes in a later group, after the effect of the one before.';

revoke all on function wa.try_messages(wa.received_message[]) from public;
grant execute on function wa.try_messages(wa.received_message[]) to wa_runtime;

-- functions/ingress/try_statuses.sql
create or replace function wa.try_statuses(p_statuses jsonb, p_payload jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_error text;
begin
  begin
    return wa.apply_statuses(p_statuses);
  exception
    when assert_failure or others then
      if wa.is_worth_retrying(sqlstate) then
        raise;
      end if;
      v_error := sqlstate || ': ' || sqlerrm;
  end;

  perform wa.keep_payloads(
    jsonb_build_array(
      jsonb_build_object(
        'body', encode(convert_to(p_payload::text, 'UTF8'), 'base64'),
        'reason', 'dispatch_error',
        'error', v_error
      )
    )
  );
  return jsonb_build_object(
    'statuses', jsonb_array_length(p_statuses),
    'events', jsonb_build_array(
      jsonb_build_object('event', 'STATUSES_FAILED', 'level', 'error', 'sqlstate', left(v_error, 5))
    )
  );
end
$$;

comment on function wa.try_statuses(jsonb, jsonb) is
'Hands the statuses of a payload to the queue, in a subtransaction, so that a failure costs the messages beside them nothing: the payload is then kept for a replay.';

revoke all on function wa.try_statuses(jsonb, jsonb) from public;
grant execute on function wa.try_statuses(jsonb, jsonb) to wa_runtime;

-- functions/ingress/wa_dispatch.sql
create or replace function public.wa_dispatch(payload jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set jit = off
-- A plan made for one small array looks cheaper than the general one, so that each call would plan anew.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_messages wa.received_message[];
  v_claimed wa.received_message[];
  v_failures jsonb := '[]'::jsonb;
  v_statuses jsonb;
  v_applied jsonb;
  v_account_events jsonb := '[]'::jsonb;
  v_counts jsonb;
begin
  if options ? 'keep' then
    perform wa.keep_payloads(options -> 'keep');
  end if;

  if payload is not null then
    perform wa.require_envelope(payload);

    if (options -> 'snapshot') = 'true'::jsonb then
      perform wa.log_snapshot(payload);
    end if;

    v_messages := wa.extract_messages(payload);
    v_statuses := wa.extract_statuses(payload);
    v_claimed := wa.claim_events(wa.resolve_senders(v_messages, v_statuses));
    perform wa.note_inbound(v_claimed);
    v_failures := wa.try_messages(v_claimed);

    if v_statuses is not null then
      v_applied := wa.try_statuses(v_statuses, payload);
    end if;

    perform wa.log_other_fields(payload);

    if jsonb_path_exists(payload, '$[*].entry[*].changes[*] ? (@.field != "messages")') then
      v_account_events := wa.try_account_changes(payload);
    end if;
  end if;

  v_counts := wa.count_dispatch(v_messages, v_claimed, jsonb_array_length(v_failures));
  if v_counts ->> 'failed' <> '0' or v_counts ->> 'invalid_sender' <> '0' then
    perform wa.alert_of_dispatch(v_counts, v_failures);
  end if;

  return v_counts
    || jsonb_build_object(
      'statuses', coalesce(jsonb_array_length(v_statuses), 0),
      'kept', coalesce(jsonb_array_length(options -> 'keep'), 0),
      'retention_due', wa.is_retention_due(),
      'events', v_failures || coalesce(v_applied -> 'events', '[]') || v_account_events
    );
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_dispatch(jsonb, jsonb) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_dispatch(jsonb, jsonb) is
'Commits the effect of one webhook body, or of an array of bodies, exactly once, and returns counts, events to log and whether retention is due. options: keep (payloads to store as they came: body in base64, reason, error) and snapshot (true stores a masked copy in webhook_logs). Raises WA001 when payload is no webhook envelope; 40001 asks the caller to try again.';

revoke all on function public.wa_dispatch(jsonb, jsonb) from public;
grant execute on function public.wa_dispatch(jsonb, jsonb) to wa_edge_role;

-- functions/messages/build_buttons.sql
create or replace function wa.build_buttons(p_body text, p_buttons jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'type', 'interactive',
    'interactive', jsonb_build_object(
      'type', 'button',
      'body', jsonb_build_object('text', wa.shorten_text(p_body, 1024)),
      'action', jsonb_build_object(
        'buttons', (
          select jsonb_agg(
            jsonb_build_object(
              'type', 'reply',
              'reply', jsonb_build_object(
                'id', button.body ->> 'id',
                'title', wa.shorten_text(button.body ->> 'title', 20)
              )
            )
            order by button.position
          )
          from jsonb_array_elements(p_buttons) with ordinality as button (body, position)
        )
      )
    )
  )
$$;

comment on function wa.build_buttons(text, jsonb) is
'A message with one to three reply buttons, an array of objects with id and title, shortened to Meta''s limits (body 1024, title 20 characters).';

revoke all on function wa.build_buttons(text, jsonb) from public;
grant execute on function wa.build_buttons(text, jsonb) to wa_runtime;

-- functions/messages/build_choice.sql
create or replace function wa.build_choice(p_id text, p_title text, p_description text default null)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object('id', p_id, 'title', p_title, 'description', p_description))
$$;

comment on function wa.build_choice(text, text, text) is
'A button of wa.build_buttons or a row of wa.build_list.';

revoke all on function wa.build_choice(text, text, text) from public;
grant execute on function wa.build_choice(text, text, text) to wa_runtime;

-- functions/messages/build_list.sql
create or replace function wa.build_list(
  p_body text,
  p_button text,
  p_rows jsonb,
  p_page integer default 1,
  p_more text default '…',
  p_more_prefix text default 'more:'
)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  with item as (
    select
      jsonb_strip_nulls(
        jsonb_build_object(
          'id', element.body ->> 'id',
          'title', wa.shorten_text(element.body ->> 'title', 24),
          'description', wa.shorten_text(nullif(element.body ->> 'description', ''), 72)
        )
      ) as body,
      element.position,
      count(*) over () as total
    from jsonb_array_elements(p_rows) with ordinality as element (body, position)
  ),

  page as (
    select item.body, item.position
    from item
    where item.total <= 10 or (item.position - 1) / 9 + 1 = least(p_page, (item.total - 1) / 9 + 1)
    union all
    select jsonb_build_object('id', p_more_prefix || p_page + 1, 'title', wa.shorten_text(p_more, 24)), null
    from item
    where item.position = 1 and item.total > 10 and item.total > p_page * 9
  )

  select jsonb_build_object(
    'type', 'interactive',
    'interactive', jsonb_build_object(
      'type', 'list',
      'body', jsonb_build_object('text', wa.shorten_text(p_body, 1024)),
      'action', jsonb_build_object(
        'button', wa.shorten_text(p_button, 20),
        'sections', jsonb_build_array(
          jsonb_build_object('rows', coalesce((select jsonb_agg(page.body order by page.position nulls last) from page), '[]'))
        )
      )
    )
  )
$$;

comment on function wa.build_list(text, text, jsonb, integer, text, text) is
'A list message of rows, an array of objects with id, title and description, shortened to Meta''s limits (body 1024, button 20, title 24, description 72 characters). More than ten rows come in pages of nine and a row "more", whose id is p_more_prefix and the number of the next page; a page after the last is the last.';

revoke all on function wa.build_list(text, text, jsonb, integer, text, text) from public;
grant execute on function wa.build_list(text, text, jsonb, integer, text, text) to wa_runtime;

-- What an earlier version of this function rendered.
delete from wa.rendered_menus;

-- functions/messages/build_location_request.sql
create or replace function wa.build_location_request(p_body text)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'type', 'interactive',
    'interactive', jsonb_build_object(
      'type', 'location_request_message',
      'body', jsonb_build_object('text', wa.shorten_text(p_body, 1024)),
      'action', jsonb_build_object('name', 'send_location')
    )
  )
$$;

comment on function wa.build_location_request(text) is
'A message with a button that shares the user''s place; its body is shortened to Meta''s 1024 characters.';

revoke all on function wa.build_location_request(text) from public;
grant execute on function wa.build_location_request(text) to wa_runtime;

-- functions/messages/build_qr_image.sql
create or replace function wa.build_qr_image(p_content text, p_caption text)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'type', 'image',
    'image', jsonb_build_object('qr', p_content, 'caption', wa.shorten_text(p_caption, 1024))
  )
$$;

comment on function wa.build_qr_image(text, text) is
'An image of a QR code, which the notifier draws and uploads; its caption is shortened to Meta''s 1024 characters.';

revoke all on function wa.build_qr_image(text, text) from public;
grant execute on function wa.build_qr_image(text, text) to wa_runtime;

-- functions/messages/build_text.sql
create or replace function wa.build_text(p_body text)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'type', 'text',
    'text', jsonb_build_object('body', wa.shorten_text(p_body, 4096))
  )
$$;

comment on function wa.build_text(text) is 'A text message, at most 4096 characters as Meta allows.';

revoke all on function wa.build_text(text) from public;
grant execute on function wa.build_text(text) to wa_runtime;

-- functions/messages/format_amount.sql
create or replace function wa.format_amount(p_minor bigint, p_currency text, p_locale text)
returns text
language sql
stable
set search_path = ''
as $$
  select
    replace(to_char(amount.major, 'FM999,999,999,999,999,990'), ',', wa.get_text('number.group_separator', p_locale))
    || case
      when amount.minor <> 0
        then wa.get_text('number.decimal_separator', p_locale) || lpad(amount.minor::text, unit.exponent, '0')
      else ''
    end
    || ' ' || p_currency
  from (select wa.get_currency_exponent(p_currency) as exponent) as unit
  cross join lateral (
    select
      p_minor / (10 ^ unit.exponent::numeric)::bigint as major,
      p_minor % (10 ^ unit.exponent::numeric)::bigint as minor
  ) as amount
$$;

comment on function wa.format_amount(bigint, text, text) is
'An amount of minor units as people write it, such as 1,234.50 USD; whole amounts without decimals.';

revoke all on function wa.format_amount(bigint, text, text) from public;
grant execute on function wa.format_amount(bigint, text, text) to wa_runtime;

-- functions/messages/format_distance.sql
create or replace function wa.format_distance(p_km double precision, p_locale text)
returns text
language sql
stable
set search_path = ''
as $$
  select case
    when p_km < 0.995 then format('%s m', greatest(round(p_km::numeric * 100) * 10, 10)::integer)
    when p_km < 9.95
      then replace(round(p_km::numeric, 1)::text, '.', wa.get_text('number.decimal_separator', p_locale)) || ' km'
    else format('%s km', round(p_km)::integer)
  end
$$;

comment on function wa.format_distance(double precision, text) is
'A distance as people say it, such as 350 m, 3.4 km or 27 km.';

revoke all on function wa.format_distance(double precision, text) from public;
grant execute on function wa.format_distance(double precision, text) to wa_runtime;

-- functions/messages/get_currency_exponent.sql
create or replace function wa.get_currency_exponent(p_currency text)
returns integer
language sql
immutable
set search_path = ''
as $$
  select case
    when p_currency in (
      'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'
    ) then 0
    when p_currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 3
    when p_currency in ('CLF', 'UYW') then 4
    else 2
  end
$$;

comment on function wa.get_currency_exponent(text) is
'How many decimal places the minor unit of a currency has, by ISO 4217.';

revoke all on function wa.get_currency_exponent(text) from public;
grant execute on function wa.get_currency_exponent(text) to wa_runtime;

-- functions/messages/get_fallback_text.sql
create or replace function wa.get_fallback_text(p_key text, p_locale text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_body text;
begin
  select text.body into v_body
  from wa.texts as text
  where text.key = p_key and text.locale in (wa.get_setting('default_locale') #>> '{}', 'en')
  order by text.locale = 'en'
  limit 1;

  if v_body is null then
    raise exception using
      errcode = 'WA006',
      message = format('there is no text %s in %s or English', p_key, coalesce(p_locale, '(null)')),
      hint = 'Insert it into wa.texts.';
  end if;
  return v_body;
end
$$;

comment on function wa.get_fallback_text(text, text) is
'A text that the user''s language lacks: in the default language, else in English. Raises WA006 when neither has it.';

revoke all on function wa.get_fallback_text(text, text) from public;
grant execute on function wa.get_fallback_text(text, text) to wa_runtime;

-- functions/messages/get_text.sql
create or replace function wa.get_text(p_key text, p_locale text, p_values jsonb default null)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_body text;
begin
  select text.body into v_body
  from wa.texts as text
  where text.key = p_key and text.locale = p_locale;

  if v_body is null then
    v_body := wa.get_fallback_text(p_key, p_locale);
  end if;

  if p_values is null then
    return v_body;
  end if;

  -- One pass over the text, so that a value that looks like a placeholder stays what it is.
  return (
    select string_agg(
      case when piece.match[2] is null then piece.match[1] else coalesce(p_values ->> piece.match[2], piece.match[1]) end,
      '' order by piece.position
    )
    from regexp_matches(v_body, '(\{([a-z_]+)\}|[^{]+|\{)', 'g') with ordinality as piece (match, position)
  );
end
$$;

comment on function wa.get_text(text, text, jsonb) is
'What the bot says under a key, in the user''s language, else in the default one, else in English, with {named} placeholders filled in. Raises WA006 when there is no such text.';

revoke all on function wa.get_text(text, text, jsonb) from public;
grant execute on function wa.get_text(text, text, jsonb) to wa_runtime;

-- functions/messages/parse_amount.sql
create or replace function wa.parse_amount(p_text text, p_currency text)
returns bigint
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_exponent integer := wa.get_currency_exponent(p_currency);
  v_number text;
  v_parts text[];
begin
  v_number := (
    regexp_match(
      left(p_text, 60),
      '^[\s\u00a0\u202f]*(?:' || p_currency || '|[$€£¥])?[\s\u00a0\u202f]*([0-9](?:[0-9.,''’\s\u00a0\u202f]*[0-9])?)[\s\u00a0\u202f]*(?:'
      || p_currency || '|[$€£¥])?[.!\s\u00a0\u202f]*$',
      'i'
    )
  )[1];
  v_number := regexp_replace(v_number, '[''’\s\u00a0\u202f]', '', 'g');

  -- The last separator begins the decimals, unless three digits follow it: then it groups thousands.
  v_parts := regexp_match(v_number, '^([0-9][0-9.,]*?)(?:[.,]([0-9]{1,2}|[0-9]{4}))?$');

  if v_parts is null
    or v_parts[1] !~ '^([0-9]{1,13}|[0-9]{1,3}(,[0-9]{3}){1,3}|[0-9]{1,3}([.][0-9]{3}){1,3})$'
    or char_length(v_parts[2]) > v_exponent
  then
    return null;
  end if;

  return translate(v_parts[1], '.,', '')::bigint * (10 ^ v_exponent::numeric)::bigint
    + ('0' || rpad(coalesce(v_parts[2], ''), v_exponent, '0'))::bigint;
end
$$;

comment on function wa.parse_amount(text, text) is
'The minor units of an amount as people type it, such as 1 500, 1,500.50, 1.500,50 or $20; null when it is none. What could be read in two ways should be shown to the user before it counts.';

revoke all on function wa.parse_amount(text, text) from public;
grant execute on function wa.parse_amount(text, text) to wa_runtime;

-- functions/messages/shorten_text.sql
create or replace function wa.shorten_text(p_text text, p_limit integer)
returns text
language plpgsql
immutable
returns null on null input
set search_path = ''
as $$
begin
  if char_length(p_text) <= p_limit then
    return p_text;
  end if;

  return (
    select rtrim(coalesce(string_agg(piece.body, '' order by piece.position) filter (where piece.length < p_limit), '')) || '…'
    from (
      select
        visible.match[1] as body,
        visible.position,
        sum(char_length(visible.match[1])) over (order by visible.position) as length
      -- A flag is a pair; marks, skin tones and what a joiner binds belong to what stands before them.
      from regexp_matches(
        left(p_text, p_limit),
        '((?:[\U0001f1e6-\U0001f1ff]{2}|.)[\u0300-\u036f\u20d0-\u20f0\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*'
        '(?:\u200d.?[\u0300-\u036f\u20d0-\u20f0\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]*)*)',
        'g'
      ) with ordinality as visible (match, position)
    ) as piece
  );
end
$$;

comment on function wa.shorten_text(text, integer) is
'A text of at most so many characters: one that is longer ends in an ellipsis, and is not cut within what is seen as one character.';

revoke all on function wa.shorten_text(text, integer) from public;
grant execute on function wa.shorten_text(text, integer) to wa_runtime;

-- functions/operations/emit_event.sql
create or replace function wa.emit_event(p_event text, p_fields jsonb default '{}', p_level text default 'info')
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  raise notice '%', jsonb_build_object('event', p_event, 'level', p_level) || p_fields;
end
$$;

comment on function wa.emit_event(text, jsonb, text) is
'A structured log event as a NOTICE that holds one JSON object: the caller logs it, psql shows it. Fields hold no personal data.';

revoke all on function wa.emit_event(text, jsonb, text) from public;
grant execute on function wa.emit_event(text, jsonb, text) to wa_runtime, wa_basket_owner, wa_maintenance;

-- functions/operations/get_setting.sql
create or replace function wa.get_setting(p_key text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_value jsonb;
begin
  select setting.value into v_value
  from wa.settings as setting
  where setting.key = p_key;

  if v_value is null then
    raise exception using
      errcode = 'WA004',
      message = format('the setting %s is missing', p_key),
      hint = format('Insert its row again: insert into wa.settings (key, value, description) values (%L, ...).', p_key);
  end if;
  return v_value;
end
$$;

comment on function wa.get_setting(text) is 'The value of a setting. Raises WA004 when its row is gone.';

revoke all on function wa.get_setting(text) from public;
grant execute on function wa.get_setting(text) to wa_runtime, wa_basket_owner, wa_maintenance;

-- functions/operations/is_retention_due.sql
create or replace function wa.is_retention_due()
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(
      state.last_started_at < now() - make_interval(secs => (wa.get_setting('retention_interval_seconds'))::double precision),
      true
    )
    from wa.retention_state as state
  );
end
$$;

comment on function wa.is_retention_due() is
'Whether retention last ran longer ago than retention_interval_seconds, or never.';

revoke all on function wa.is_retention_due() from public;
grant execute on function wa.is_retention_due() to wa_runtime;

-- functions/operations/list_problems.sql
create or replace function wa.list_problems(p_status jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  with problem (position, code, needs_person, message, next) as (
    select
      1, 'unhealthy', true, health.problem, 'wa-webhook doctor'
    from jsonb_array_elements_text(p_status -> 'health' -> 'problems') as health (problem)
    union all
    select
      2, 'queue_paused', true,
      format('the queue is paused until %s: %s', p_status -> 'queue' ->> 'paused_until', p_status -> 'queue' ->> 'paused_reason'),
      'mend the cause, then: select public.wa_queue_resume();'
    where p_status -> 'queue' ->> 'paused_until' is not null
    union all
    select
      3, 'queue_stalled', true,
      format('the oldest due message has waited for %s seconds', p_status -> 'queue' ->> 'oldest_due_seconds'),
      'see whether wa-webhook notify runs, and what it logs'
    where (p_status -> 'queue' ->> 'oldest_due_seconds')::numeric > 300
      and p_status -> 'queue' ->> 'paused_until' is null
    union all
    select
      4, 'messages_failed', true,
      format('%s messages failed: %s', error.entry ->> 'messages', error.entry ->> 'error'),
      format('mend the cause, then: wa-webhook replay --error ''%s%%''', left(error.entry ->> 'error', 5))
    from jsonb_array_elements(p_status -> 'failed_events' -> 'errors') as error (entry)
    union all
    select
      5, 'payloads_kept', true,
      format('%s payloads are kept as %s', kept.entry ->> 'payloads', kept.entry ->> 'reason'),
      'mend the cause, then: wa-webhook replay --payloads'
    from jsonb_array_elements(p_status -> 'kept_payloads') as kept (entry)
    union all
    select
      6, 'sends_failed', (failure.entry ->> 'needs_person')::boolean,
      format(
        '%s sends failed with %s: %s',
        failure.entry ->> 'messages',
        coalesce('code ' || (failure.entry ->> 'error_code'), 'no code'),
        failure.entry ->> 'description'
      ),
      case
        when (failure.entry ->> 'needs_person')::boolean then 'mend the cause, then drain: runbook, section 2'
        else 'nothing: it lies with the recipients'
      end
    from jsonb_array_elements(p_status -> 'send_failures') as failure (entry)
    union all
    select
      7, 'alerts_held', true,
      format('the alert %s (%s) is not delivered', alert.entry ->> 'kind', alert.entry ->> 'group_key'),
      'see ALERT_WEBHOOK_URL of wa-webhook notify, and what it logs'
    from jsonb_array_elements(p_status -> 'alerts') as alert (entry)
    where (alert.entry ->> 'is_stuck')::boolean
    union all
    select
      8, 'retention_behind', true,
      format('events are kept since %s', left(p_status -> 'retention' ->> 'oldest_event_at', 10)),
      'call public.wa_retention_purge();'
    where (p_status -> 'retention' ->> 'is_behind')::boolean
    union all
    select
      9, 'role_is_wrong', true,
      format(
        'the role %s %s',
        role.entry ->> 'role',
        case
          when not (role.entry ->> 'exists')::boolean then 'is missing'
          when (role.entry ->> 'has_power')::boolean then 'is a superuser or may change roles, databases or policies'
          when not (role.entry ->> 'is_process')::boolean then 'can log in'
          else 'is a member of other roles'
        end
      ),
      'wa-webhook doctor'
    from jsonb_array_elements(p_status -> 'roles') as role (entry)
    where not (role.entry ->> 'exists')::boolean
      or (role.entry ->> 'has_power')::boolean
      or ((role.entry ->> 'can_login')::boolean and not (role.entry ->> 'is_process')::boolean)
      or ((role.entry ->> 'is_process')::boolean and role.entry -> 'member_of' <> '[]')
    union all
    select
      10, 'snapshots_on', false,
      format('%s masked snapshots were taken in the last hour', p_status -> 'retention' ->> 'snapshots_in_last_hour'),
      'after debugging: WA_INBOUND_DEBUG_SNAPSHOT=false for wa-webhook serve'
    where (p_status -> 'retention' ->> 'snapshots_in_last_hour')::integer > 0
    union all
    select
      11, 'number_held', false,
      format('Meta asked number %s to wait until %s', held.entry ->> 'phone_number_id', held.entry ->> 'held_until'),
      'nothing: sending goes on by itself'
    from jsonb_array_elements(p_status -> 'queue' -> 'held_numbers') as held (entry)
  )

  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'code', problem.code, 'needs_person', problem.needs_person,
        'message', problem.message, 'next', problem.next
      )
      order by problem.needs_person desc, problem.position, problem.message
    ),
    '[]'
  )
  from problem
$$;

comment on function wa.list_problems(jsonb) is
'What is out of order in an answer of wa_status: a code, whether it needs a person, a message, and what to do next. What needs a person comes first.';

revoke all on function wa.list_problems(jsonb) from public;
grant execute on function wa.list_problems(jsonb) to wa_runtime;

-- functions/operations/mask_error.sql
create or replace function wa.mask_error(p_error text)
returns text
language sql
immutable
set search_path = ''
as $$
  select left(
    left(p_error, 5) || regexp_replace(
      regexp_replace(substr(p_error, 6), '"[^"]*"', '"***"', 'g'),
      '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[+]?[0-9]{4,}',
      '***',
      'g'
    ),
    160
  )
$$;

comment on function wa.mask_error(text) is
'The error of a failed message as it may be shown and grouped: after its SQLSTATE, quoted parts, ids and numbers of four digits or more are ***, since they may be what a user wrote.';

revoke all on function wa.mask_error(text) from public;
grant execute on function wa.mask_error(text) to wa_runtime;

-- functions/operations/mask_json.sql
create or replace function wa.mask_json(p_value jsonb, p_path text default '', p_depth integer default 0)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  -- Meta nests less than half as deep; without a bound, a payload could exhaust the stack.
  c_deepest constant integer := 32;
  -- What is not listed is masked, so that a field Meta adds tomorrow is masked too.
  c_shown constant text[] := array[
    'object', 'entry.id', 'entry.time', 'entry.changes.field',
    'entry.changes.value.messaging_product',
    'entry.changes.value.metadata.phone_number_id',
    'entry.changes.value.errors.code', 'entry.changes.value.errors.title',
    'entry.changes.value.messages.id', 'entry.changes.value.messages.type',
    'entry.changes.value.messages.timestamp', 'entry.changes.value.messages.context.id',
    'entry.changes.value.messages.interactive.type', 'entry.changes.value.messages.system.type',
    'entry.changes.value.messages.unsupported.type',
    'entry.changes.value.messages.errors.code', 'entry.changes.value.messages.errors.title',
    'entry.changes.value.messages.reaction.message_id',
    'entry.changes.value.messages.edit.original_message_id', 'entry.changes.value.messages.edit.message.type',
    'entry.changes.value.messages.revoke.original_message_id',
    'entry.changes.value.statuses.id', 'entry.changes.value.statuses.status',
    'entry.changes.value.statuses.timestamp', 'entry.changes.value.statuses.biz_opaque_callback_data',
    'entry.changes.value.statuses.errors.code', 'entry.changes.value.statuses.errors.title',
    'entry.changes.value.statuses.pricing.pricing_model', 'entry.changes.value.statuses.pricing.category',
    'entry.changes.value.statuses.pricing.type',
    'entry.changes.value.event', 'entry.changes.value.reason', 'entry.changes.value.decision',
    'entry.changes.value.current_limit', 'entry.changes.value.alert_severity', 'entry.changes.value.alert_type',
    'entry.changes.value.message_template_id', 'entry.changes.value.message_template_name',
    'entry.changes.value.message_template_language', 'entry.changes.value.message_template_category',
    'entry.changes.value.previous_category', 'entry.changes.value.new_category',
    'entry.changes.value.previous_quality_score', 'entry.changes.value.new_quality_score',
    'entry.changes.value.max_daily_conversations_per_business',
    'entry.changes.value.max_phone_numbers_per_business',
    'entry.changes.value.restriction_info.restriction_type', 'entry.changes.value.restriction_info.expiration',
    'entry.changes.value.violation_info.violation_type', 'entry.changes.value.ban_info.waba_ban_state',
    'entry.changes.value.user_preferences.category', 'entry.changes.value.user_preferences.value',
    'entry.changes.value.user_preferences.timestamp'
  ];
begin
  if p_depth > c_deepest then
    return '"***"'::jsonb;
  end if;

  return case jsonb_typeof(p_value)
    when 'object' then (
      select coalesce(
        jsonb_object_agg(
          -- Meta's names are words; what is keyed by a number or an address is keyed by a person.
          case
            when member.key ~ '^[A-Za-z_][A-Za-z0-9_]{0,62}$' and member.key !~ '[0-9]{5}' then member.key
            else '***'
          end,
          wa.mask_json(member.value, concat_ws('.', nullif(p_path, ''), member.key), p_depth + 1)
        ),
        '{}'
      )
      from jsonb_each(p_value) as member
    )
    when 'array' then (
      select coalesce(jsonb_agg(wa.mask_json(element.value, p_path, p_depth + 1) order by element.position), '[]')
      from jsonb_array_elements(p_value) with ordinality as element (value, position)
    )
    when 'string' then case when p_path = any(c_shown) then p_value else '"***"' end
    when 'number' then case when p_path = any(c_shown) then p_value else '"***"' end
    else p_value
  end;
end
$$;

comment on function wa.mask_json(jsonb, text, integer) is
'A copy of a webhook payload, or of the part of it at p_path (keys joined by dots, arrays left out), in which every text and number is *** unless its path is known to hold nothing personal, and every key that is not a word. What is nested deeper than 32 levels is *** as a whole.';

revoke all on function wa.mask_json(jsonb, text, integer) from public;
grant execute on function wa.mask_json(jsonb, text, integer) to wa_runtime, wa_operator_role;

-- functions/operations/replay_failed_event.sql
create or replace function wa.replay_failed_event(p_wa_message_id text)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_event public.wa_events;
  v_error text;
begin
  delete from public.wa_events as event
  where event.wa_message_id = p_wa_message_id and event.status = 'failed'
  returning event.* into v_event;

  if v_event.wa_message_id is null then
    return '{}'::jsonb;
  end if;

  begin
    return public.wa_dispatch(v_event.payload);
  exception
    when assert_failure or others then
      if wa.is_worth_retrying(sqlstate) then
        raise;
      end if;
      v_error := sqlstate || ': ' || sqlerrm;
  end;

  insert into public.wa_events (
    wa_message_id, user_id, phone_number_id, message_type, status, sent_at, error, payload
  )
  values (
    v_event.wa_message_id, v_event.user_id, v_event.phone_number_id, v_event.message_type,
    'failed', v_event.sent_at, v_error, v_event.payload
  );
  return jsonb_build_object('failed', 1);
end
$$;

comment on function wa.replay_failed_event(text) is
'Dispatches one failed message again, in a subtransaction of its own, and returns the counts of wa_dispatch. A message that still fails is kept with its new error and time; one that somebody else has replayed meanwhile counts as nothing.';

revoke all on function wa.replay_failed_event(text) from public;
grant execute on function wa.replay_failed_event(text) to wa_runtime;

-- functions/operations/revoke_api_access.sql
create or replace procedure wa.revoke_api_access()
language plpgsql
set search_path = ''
as $$
declare
  v_routine record;
begin
  -- Supabase's default privileges give every new routine of an exposed schema to these roles by name.
  for v_routine in
    select routine.oid::regprocedure as signature, role.rolname
    from pg_catalog.pg_proc as routine
    cross join pg_catalog.pg_roles as role
    where routine.pronamespace = 'public'::regnamespace
      and (routine.proname like 'wa\_%' or routine.proname like 'basket\_%')
      and role.rolname in ('anon', 'authenticated')
      and has_function_privilege(role.rolname, routine.oid, 'execute')
  loop
    execute format('revoke all on routine %s from %I', v_routine.signature, v_routine.rolname);
  end loop;
end
$$;

comment on procedure wa.revoke_api_access is
'Takes the routines of the contract from the API roles anon and authenticated, where these exist. The apply script calls it after the routines.';

revoke all on procedure wa.revoke_api_access() from public;

-- functions/operations/summarize_alerts.sql
create or replace function wa.summarize_alerts()
returns jsonb
language sql
stable
set search_path = ''
as $$
  with held as (
    select
      alert.kind,
      alert.group_key,
      alert.seen_count - alert.delivered_count as news,
      alert.last_seen_at,
      alert.attempt_count,
      -- An alert that was told lately is held back on purpose, until alert_repeat_seconds are over.
      alert.next_attempt_at < now() - interval '5 minutes' or alert.attempt_count > 0 as is_stuck
    from wa.alerts as alert
    where alert.delivered_count < alert.seen_count
    union all
    -- A notifier groups these within seconds; without one they stay here.
    select
      occurrence.kind,
      occurrence.group_key,
      sum(occurrence.seen_count),
      max(occurrence.occurred_at),
      0,
      min(occurrence.occurred_at) < now() - interval '5 minutes'
    from wa.alert_occurrences as occurrence
    where occurrence.kind <> 'invalid_sender_spike'
    group by occurrence.kind, occurrence.group_key
    order by last_seen_at desc
    limit 20
  )

  select coalesce(jsonb_agg(to_jsonb(held) order by held.last_seen_at desc), '[]')
  from held
$$;

comment on function wa.summarize_alerts() is
'The twenty latest alerts that nobody has been told of yet: those that no notifier has grouped yet included: how often each happened since it was last delivered, failed deliveries in a row, and whether it is stuck, which is to say that they fail or that nobody tries.';

revoke all on function wa.summarize_alerts() from public;
grant execute on function wa.summarize_alerts() to wa_runtime;

-- functions/operations/summarize_kept_payloads.sql
create or replace function wa.summarize_kept_payloads()
returns jsonb
language sql
stable
set search_path = ''
as $$
  with waiting as (
    select kept.reason, kept.received_at
    from wa.kept_payloads as kept
    where kept.replayed_at is null and kept.reason <> 'text_replaced'
    order by kept.id desc
    limit 10000
  ),

  counted as (
    select waiting.reason, count(*) as payloads, min(waiting.received_at) as oldest_at
    from waiting
    group by waiting.reason
  )

  select coalesce(jsonb_agg(to_jsonb(counted) order by counted.payloads desc, counted.reason), '[]')
  from counted
$$;

comment on function wa.summarize_kept_payloads() is
'Signed payloads that wait for a person, by reason, with count (of the newest 10,000) and the oldest.';

revoke all on function wa.summarize_kept_payloads() from public;
grant execute on function wa.summarize_kept_payloads() to wa_runtime;

-- functions/operations/summarize_queue.sql
create or replace function wa.summarize_queue()
returns jsonb
language sql
stable
set search_path = ''
as $$
  with unsettled as materialized (
    select
      notification.status,
      notification.due_at <= now() and notification.blocked_by is null as is_due
    from public.notifications as notification
    where notification.due_at is not null
    -- The order of the index that claim reads, so that a large table is not scanned.
    order by coalesce(notification.phone_number_id, ''), notification.priority, notification.due_at, notification.id
    limit 10000
  ),

  waiting as materialized (
    select from public.notifications as notification
    where notification.waiting_for is not null
    limit 10000
  ),

  finished as materialized (
    select notification.status
    from public.notifications as notification
    where notification.due_at is null
      and notification.created_at > now() - interval '24 hours'
      and notification.waiting_for is null
    order by notification.created_at desc
    limit 10000
  ),

  oldest as (
    -- One index probe for each number and priority, whatever the backlog.
    select min(first.due_at) as due_at
    from wa.list_sending_numbers() as number (phone_number_id)
    cross join generate_series(0, 2) as level (priority)
    cross join lateral (
      select notification.due_at
      from public.notifications as notification
      where coalesce(notification.phone_number_id, '') = number.phone_number_id
        and notification.priority = level.priority
        and notification.due_at is not null
        and notification.blocked_by is null
      -- All columns of the index, since row security keeps the planner from seeing that the first two are fixed.
      order by coalesce(notification.phone_number_id, ''), notification.priority, notification.due_at
      limit 1
    ) as first
    where first.due_at <= clock_timestamp()
  )

  select jsonb_build_object(
    'queued', (select count(*) from unsettled where unsettled.status = 'queued'),
    'sending', (select count(*) from unsettled where unsettled.status = 'sending'),
    'due', (select count(*) from unsettled where unsettled.is_due),
    'waiting_for_user', (select count(*) from waiting),
    'finished', (
      select coalesce(jsonb_object_agg(status.name, status.messages), '{}')
      from (select finished.status as name, count(*) as messages from finished group by 1) as status
    ),
    'is_capped', (select count(*) from unsettled) = 10000 or (select count(*) from finished) = 10000,
    'oldest_due_seconds', coalesce(
      (select round(extract(epoch from clock_timestamp() - oldest.due_at)) from oldest), 0
    ),
    'paused_until', (
      select state.paused_until::text from wa.queue_state as state
      where state.paused_until > clock_timestamp()
    ),
    'paused_reason', (
      select state.paused_reason from wa.queue_state as state
      where state.paused_until > clock_timestamp()
    ),
    'held_numbers', (
      select coalesce(
        jsonb_agg(jsonb_build_object('phone_number_id', pace.phone_number_id, 'held_until', pace.held_until)),
        '[]'
      )
      from wa.number_pace as pace
      where pace.held_until > clock_timestamp()
    )
  )
$$;

comment on function wa.summarize_queue() is
'The outbox: unsettled messages by status, those that wait for their user to write, what was queued and finished in the last day by status, the age of the oldest due message in seconds, a pause with its reason, and numbers that Meta asked to slow down. Counts look at 10,000 rows (is_capped: there are more).';

revoke all on function wa.summarize_queue() from public;
grant execute on function wa.summarize_queue() to wa_runtime;

-- functions/operations/summarize_retention.sql
create or replace function wa.summarize_retention()
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'last_started_at', state.last_started_at,
    'last_finished_at', state.last_finished_at,
    'oldest_event_at', oldest.received_at,
    'events_ttl_days', wa.get_setting('events_ttl_days'),
    'logs_ttl_days', wa.get_setting('logs_ttl_days'),
    'is_behind', coalesce(
      oldest.received_at
      < now() - make_interval(secs => 86400 * (1 + (wa.get_setting('events_ttl_days'))::double precision)),
      false
    ),
    'snapshots_in_last_hour', (
      select count(*)
      from (
        select
        from public.webhook_logs as log
        where log.received_at > now() - interval '1 hour' and log.kind = 'snapshot'
        limit 10000
      ) as snapshot
    ),
    'log_partitions', (
      select jsonb_build_object(
        'count', count(*),
        'first', min(right(partition.relname, 8)),
        'last', max(right(partition.relname, 8)),
        'covers_tomorrow', coalesce(
          max(right(partition.relname, 8)) > to_char(now() at time zone 'UTC', 'YYYYMMDD'), false
        )
      )
      from pg_catalog.pg_inherits as link
      inner join pg_catalog.pg_class as partition on partition.oid = link.inhrelid
      where link.inhparent = 'public.webhook_logs'::regclass
        and partition.relname ~ '^webhook_logs_[0-9]{8}$'
    )
  )
  from wa.retention_state as state
  cross join (select min(event.received_at) as received_at from public.wa_events as event) as oldest
$$;

comment on function wa.summarize_retention() is
'When retention ran, whether it is behind (the oldest event is a day past its time), the partitions of webhook_logs by day (UTC), and how many snapshots debugging has left in the last hour (10,000: or more).';

revoke all on function wa.summarize_retention() from public;
grant execute on function wa.summarize_retention() to wa_runtime;

-- functions/operations/summarize_roles.sql
create or replace function wa.summarize_roles()
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_agg(
    jsonb_build_object(
      'role', expected.name,
      'is_process', expected.is_process,
      'exists', role.rolname is not null,
      'can_login', coalesce(role.rolcanlogin, false),
      'has_power', coalesce(
        role.rolsuper or role.rolbypassrls or role.rolcreaterole or role.rolcreatedb or role.rolreplication, false
      ),
      'member_of', (
        select coalesce(jsonb_agg(granted.rolname order by granted.rolname), '[]')
        from pg_catalog.pg_auth_members as membership
        inner join pg_catalog.pg_roles as granted on granted.oid = membership.roleid
        where membership.member = role.oid
      )
    )
    order by expected.position
  )
  from (
    values
    (1, 'wa_edge_role', true),
    (2, 'wa_notifier_role', true),
    (3, 'wa_operator_role', true),
    (4, 'wa_runtime', false),
    (5, 'wa_basket_owner', false),
    (6, 'wa_maintenance', false)
  ) as expected (position, name, is_process)
  left join pg_catalog.pg_roles as role on role.rolname = expected.name
$$;

comment on function wa.summarize_roles() is
'The roles of wa-webhook: whether each exists, can log in, is a member of others, or has a power of its own (superuser, bypassrls, createrole, createdb, replication), which none should have.';

revoke all on function wa.summarize_roles() from public;
grant execute on function wa.summarize_roles() to wa_runtime;

-- functions/operations/summarize_send_failures.sql
create or replace function wa.summarize_send_failures()
returns jsonb
language sql
stable
set search_path = ''
as $$
  with finished as materialized (
    select notification.status, notification.error_code, notification.failed_at
    from public.notifications as notification
    where notification.due_at is null
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

comment on function wa.summarize_send_failures() is
'Messages of the last day (of the newest 10,000 finished ones) that failed, by Meta''s error code, with what it means, and whether somebody can mend it: not when it lies with the recipient.';

revoke all on function wa.summarize_send_failures() from public;
grant execute on function wa.summarize_send_failures() to wa_runtime;

-- functions/operations/summarize_traffic.sql
create or replace function wa.summarize_traffic()
returns jsonb
language sql
stable
set search_path = ''
as $$
  with recent as materialized (
    select event.status, event.received_at
    from public.wa_events as event
    where event.received_at > now() - interval '24 hours'
    order by event.received_at desc
    limit 10000
  ),

  counted as (
    select
      span.position,
      jsonb_build_object(
        'span', span.name,
        'processed', count(recent.status) filter (where recent.status = 'processed'),
        'failed', count(recent.status) filter (where recent.status = 'failed'),
        'invalid_sender', count(recent.status) filter (where recent.status = 'invalid_sender'),
        'ignored', count(recent.status) filter (where recent.status = 'ignored')
      ) as counts
    from (
      values
      (1, '5 minutes', interval '5 minutes'),
      (2, '1 hour', interval '1 hour'),
      (3, '24 hours', interval '24 hours')
    ) as span (position, name, length)
    left join recent on recent.received_at > now() - span.length
    group by span.position, span.name
  )

  select jsonb_build_object(
    'spans', (select jsonb_agg(counted.counts order by counted.position) from counted),
    'last_received_at', (select max(event.received_at) from public.wa_events as event),
    'is_capped', (select count(*) = 10000 from recent)
  )
$$;

comment on function wa.summarize_traffic() is
'Inbound messages by status in the last five minutes, hour and day (of the newest 10,000; is_capped: there are more), and when the last one came.';

revoke all on function wa.summarize_traffic() from public;
grant execute on function wa.summarize_traffic() to wa_runtime;

-- functions/operations/wa_failed_events.sql
create or replace function public.wa_failed_events(
  error_like text default null,
  received_after timestamptz default '-infinity',
  received_before timestamptz default 'infinity'
)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  with failed as (
    select event.error, event.received_at
    from public.wa_events as event
    where event.status = 'failed'
      and event.received_at >= wa_failed_events.received_after
      and event.received_at < wa_failed_events.received_before
      and (wa_failed_events.error_like is null or event.error like wa_failed_events.error_like)
    order by event.received_at desc
    limit 10000
  ),

  distinct_error as (
    select
      failed.error,
      count(*) as messages,
      min(failed.received_at) as oldest_at,
      max(failed.received_at) as newest_at
    from failed
    group by failed.error
  ),

  frequent as (
    select
      wa.mask_error(distinct_error.error) as error,
      sum(distinct_error.messages)::bigint as messages,
      min(distinct_error.oldest_at) as oldest_at,
      max(distinct_error.newest_at) as newest_at
    from distinct_error
    group by 1
    order by 2 desc, 1
    limit 20
  )

  select jsonb_build_object(
    'messages', (select count(*) from failed),
    'is_capped', (select count(*) = 10000 from failed),
    'errors', coalesce(
      (select jsonb_agg(to_jsonb(frequent) order by frequent.messages desc, frequent.error) from frequent), '[]'
    )
  )
$$;

grant create on schema public to wa_runtime;
alter function public.wa_failed_events(text, timestamptz, timestamptz) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_failed_events(text, timestamptz, timestamptz) is
'What wa_replay_events with the same arguments would replay: how many messages (of the newest 10,000; is_capped: there may be more), and the twenty most frequent errors, masked, with count, oldest and newest.';

revoke all on function public.wa_failed_events(text, timestamptz, timestamptz) from public;
grant execute on function public.wa_failed_events(text, timestamptz, timestamptz) to wa_operator_role;

-- functions/operations/wa_health.sql
create or replace function public.wa_health()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  with problem as (
    select 'the server is a read-only replica: point WA_DATABASE_URL at the primary' as description
    where pg_is_in_recovery()
    union all
    select 'the flow registry has no home state: run wa-webhook migrate'
    where not exists (select from wa.flow_states as state where state.state = 'home')
    union all
    select 'the settings are missing: run wa-webhook migrate'
    where not exists (select from wa.settings)
  )

  select jsonb_build_object(
    'ok', not exists (select from problem),
    'problems', coalesce((select jsonb_agg(problem.description) from problem), '[]'),
    'server_version', current_setting('server_version_num')::integer
  )
$$;

grant create on schema public to wa_runtime;
alter function public.wa_health() owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_health() is
'Whether this database can take webhooks: ok, and a list of problems, each with what to do.';

revoke all on function public.wa_health() from public;
grant execute on function public.wa_health() to wa_edge_role, wa_notifier_role, wa_operator_role;

-- functions/operations/wa_metrics.sql
create or replace function public.wa_metrics()
returns jsonb
language sql
volatile
security definer
set search_path = ''
set jit = off
as $$
  select jsonb_build_object(
    'queue', wa.count_queue(),
    'oldest_due_seconds', coalesce(extract(epoch from clock_timestamp() - wa.find_oldest_due()), 0),
    'queue_paused', (
      select coalesce(state.paused_until > clock_timestamp(), false) from wa.queue_state as state
    ),
    'failed_events', (
      select count(*)
      from (
        select
        from public.wa_events as event
        where event.status = 'failed'
        order by event.received_at
        limit 10000
      ) as counted
    ),
    'kept_payloads', (
      select count(*)
      from (
        select
        from wa.kept_payloads as kept
        where kept.replayed_at is null and kept.reason <> 'text_replaced'
        order by kept.received_at
        limit 10000
      ) as counted
    ),
    'retention_age_seconds', extract(epoch from clock_timestamp() - retention.last_finished_at),
    'retention_overdue', coalesce(
      coalesce(retention.last_finished_at, retention.last_started_at)
      < clock_timestamp() - 2 * make_interval(
        secs => wa.get_setting('retention_interval_seconds')::double precision
      ),
      false
    ),
    'retention_purged', jsonb_build_object(
      'wa_events', retention.purged_events,
      'webhook_logs', retention.purged_logs,
      'notifications', retention.purged_notifications,
      'kept_payloads', retention.purged_payloads
    )
  )
  from wa.retention_state as retention
$$;

grant create on schema public to wa_runtime;
alter function public.wa_metrics() owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_metrics() is
'What only the database knows, for GET /metrics, at a cost that does not grow with its tables: the queue by status (wa.count_queue), age of the oldest due message in seconds, whether the queue is paused, failed events and kept payloads that wait for a person (10,000 at most), seconds since retention last finished (null: never), whether that is more than two intervals ago, and the rows it has purged since the beginning.';

revoke all on function public.wa_metrics() from public;
grant execute on function public.wa_metrics() to wa_edge_role, wa_operator_role;

-- functions/operations/wa_replay_event.sql
create or replace function public.wa_replay_event(wa_message_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set jit = off
as $$
declare
  v_event public.wa_events;
begin
  -- The locks that dispatch will take, in its order: profiles before events.
  perform wa.resolve_senders(wa.extract_messages(event.payload), null)
  from public.wa_events as event
  where event.wa_message_id = wa_replay_event.wa_message_id and event.status = 'failed';

  delete from public.wa_events as event
  where event.wa_message_id = wa_replay_event.wa_message_id and event.status = 'failed'
  returning event.* into v_event;

  if v_event.wa_message_id is null then
    raise exception using
      errcode = 'WA007',
      message = format('there is no failed event %s', coalesce(wa_replay_event.wa_message_id, '(null)')),
      hint = 'List them: select wa_message_id, received_at, error from public.wa_events where status = ''failed''.';
  end if;

  return public.wa_dispatch(v_event.payload);
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_replay_event(text) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_replay_event(text) is
'Processes a kept failed message again and returns what wa_dispatch returns; it is failed anew when it still cannot be handled. Raises WA007 when no such message is kept.';

revoke all on function public.wa_replay_event(text) from public;
grant execute on function public.wa_replay_event(text) to wa_operator_role;

-- functions/operations/wa_replay_events.sql
create or replace function public.wa_replay_events(
  error_like text default null,
  received_after timestamptz default '-infinity',
  received_before timestamptz default 'infinity',
  max_messages integer default 100
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set jit = off
as $$
declare
  -- What fails again is received now, and so is not met twice.
  v_before constant timestamptz := least(received_before, now());
  v_message_ids text[];
  v_user_ids uuid[];
  v_message_id text;
  v_counts jsonb[] := array[]::jsonb[];
begin
  if coalesce(max_messages, 0) not between 1 and 1000 then
    raise exception using
      errcode = 'WA009',
      message = 'one call replays 1 to 1000 messages',
      hint = 'Call it again while has_more is true.';
  end if;

  select
    array_agg(chosen.wa_message_id order by chosen.sent_at, chosen.wa_message_id),
    array_agg(distinct chosen.user_id)
  into v_message_ids, v_user_ids
  from (
    select event.wa_message_id, event.user_id, event.sent_at
    from public.wa_events as event
    where event.status = 'failed'
      and event.received_at >= received_after
      and event.received_at < v_before
      and (error_like is null or event.error like error_like)
    order by event.sent_at, event.wa_message_id
    limit max_messages
  ) as chosen;

  -- Everybody's locks at once and in dispatch's order: two calls then wait for each other instead of deadlocking.
  perform wa.lock_profiles(
    null,
    null,
    array(
      select coalesce(profile.merged_into, profile.user_id)
      from public.profiles as profile
      where profile.user_id = any(v_user_ids)
    )
  );

  foreach v_message_id in array coalesce(v_message_ids, '{}') loop
    v_counts := array_append(v_counts, wa.replay_failed_event(v_message_id));
  end loop;

  return (
    select jsonb_build_object(
      'replayed', count(*) filter (where answer.counts <> '{}'),
      'processed', coalesce(sum((answer.counts ->> 'processed')::integer), 0),
      'ignored', coalesce(sum((answer.counts ->> 'ignored')::integer), 0),
      'invalid_sender', coalesce(sum((answer.counts ->> 'invalid_sender')::integer), 0),
      'failed', coalesce(sum((answer.counts ->> 'failed')::integer), 0)
    )
    from unnest(v_counts) as answer (counts)
  ) || jsonb_build_object(
    'has_more', exists (
      select from public.wa_events as event
      where event.status = 'failed'
        and event.received_at >= received_after
        and event.received_at < v_before
        and (error_like is null or event.error like error_like)
    )
  );
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_replay_events(text, timestamptz, timestamptz, integer) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_replay_events(text, timestamptz, timestamptz, integer) is
'Processes failed messages again, oldest first by Meta''s clock, each in a subtransaction of its own: those whose error is like a pattern (null: any) and that were received (failed) in a span of time, up to max_messages (1 to 1000) a call. Returns how many were replayed, processed, ignored, invalid_sender and failed again, and has_more: call it again while that is true. Raises WA009 for another max_messages.';

revoke all on function public.wa_replay_events(text, timestamptz, timestamptz, integer) from public;
grant execute on function public.wa_replay_events(text, timestamptz, timestamptz, integer) to wa_operator_role;

-- functions/operations/wa_replay_payload.sql
create or replace function public.wa_replay_payload(id bigint)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set jit = off
as $$
declare
  v_body text;
  v_answer jsonb;
begin
  select convert_from(kept.body, 'UTF8') into v_body
  from wa.kept_payloads as kept
  where kept.id = wa_replay_payload.id;

  if v_body is null then
    raise exception using
      errcode = 'WA008',
      message = format('there is no kept payload %s', coalesce(wa_replay_payload.id::text, '(null)')),
      hint = 'List them: select id, received_at, reason, error from wa.kept_payloads.';
  end if;

  v_answer := public.wa_dispatch(v_body::jsonb);

  update wa.kept_payloads as kept
  set replayed_at = now()
  where kept.id = wa_replay_payload.id;

  return v_answer;
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_replay_payload(bigint) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_replay_payload(bigint) is
'Dispatches a kept payload again, byte for byte, and returns what wa_dispatch returns; messages in it that had their effect count as duplicates. Raises WA008 when there is none, and what made the payload unreadable when it still is.';

revoke all on function public.wa_replay_payload(bigint) from public;
grant execute on function public.wa_replay_payload(bigint) to wa_operator_role;

-- functions/operations/wa_status.sql
create or replace function public.wa_status()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set jit = off
as $$
declare
  v_status jsonb;
begin
  v_status := jsonb_build_object(
    'at', clock_timestamp(),
    'health', public.wa_health(),
    'traffic', wa.summarize_traffic(),
    'queue', wa.summarize_queue(),
    'failed_events', public.wa_failed_events(),
    'kept_payloads', wa.summarize_kept_payloads(),
    'send_failures', wa.summarize_send_failures(),
    'alerts', wa.summarize_alerts(),
    'retention', wa.summarize_retention(),
    'roles', wa.summarize_roles()
  );

  return v_status || jsonb_build_object('problems', wa.list_problems(v_status));
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_status() owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_status() is
'One look at everything, for wa-webhook status: health, traffic, queue, failures by error, kept payloads, alerts, retention, roles, and problems with what to do next. Counts are bounded, so that it stays quick on a large database.';

revoke all on function public.wa_status() from public;
grant execute on function public.wa_status() to wa_operator_role;

-- functions/queue/apply_failed_statuses.sql
create or replace function wa.apply_failed_statuses(p_matched jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_failures jsonb;
  v_result jsonb;
begin
  -- A delivered message has not failed; one failure is applied once, however often Meta reports it.
  with failed as (
    update public.notifications as notification
    set
      wa_message_id = coalesce(notification.wa_message_id, matched.wa_message_id),
      error_code = matched.code,
      error_message = matched.message
    from (
      select distinct on (failure.notification_id)
        failure.notification_id,
        failure.wa_message_id,
        case when failure.error ->> 'code' ~ '^[0-9]{1,9}$' then (failure.error ->> 'code')::integer end as code,
        coalesce(
          failure.error #>> '{error_data,details}', failure.error ->> 'message', failure.error ->> 'title'
        ) as message
      from jsonb_to_recordset(p_matched) as failure (
        notification_id bigint, wa_message_id text, status text, error jsonb
      )
      where failure.status = 'failed'
      order by failure.notification_id
    ) as matched
    where notification.id = matched.notification_id
      and coalesce(notification.wa_message_id = matched.wa_message_id, true)
      and notification.status <> 'failed'
      and not (notification.status in ('queued', 'sending') and notification.wa_message_id is not null)
    returning
      notification.id,
      notification.status,
      notification.error_code,
      notification.error_message
  )

  select
    jsonb_agg(
      jsonb_build_object(
        'id', failed.id,
        'outcome', 'status_failed',
        'error_code', failed.error_code,
        'error_message', failed.error_message
      )
      order by failed.id
    ) filter (where failed.status not in ('delivered', 'read', 'cancelled')),
    jsonb_build_object('applied', count(*), 'events', '[]'::jsonb)
  into v_failures, v_result
  from failed;

  if v_failures is null then
    return v_result;
  end if;
  return v_result || jsonb_build_object('events', wa.apply_send_failures(v_failures) -> 'events');
end
$$;

comment on function wa.apply_failed_statuses(jsonb) is
'Applies the error class of messages that Meta accepted and then could not deliver to their notifications, which wa.match_statuses has locked.';

revoke all on function wa.apply_failed_statuses(jsonb) from public;
grant execute on function wa.apply_failed_statuses(jsonb) to wa_runtime;

-- functions/queue/apply_failure_consequences.sql
create or replace function wa.apply_failure_consequences(p_failures jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_pause record;
  v_events jsonb := '[]'::jsonb;
begin
  -- Numbers, then the queue's state, each in the order of its key: nobody waits in a circle. Alerts wait for nobody.
  insert into wa.recipient_blocks as block (user_id, template_name, error_code, ends_at, ends_when_user_writes)
  select distinct on (failure.user_id, failure.template_name)
    failure.user_id,
    failure.template_name,
    failure.class_code,
    failure.ends_at,
    failure.ends_when_user_writes
  from wa.list_failures(p_failures) as failure
  where failure.class = 'recipient'
    and failure.user_id is not null
  order by failure.user_id, failure.template_name, failure.id
  on conflict (user_id, template_name) do update
  set
    error_code = excluded.error_code,
    ends_at = excluded.ends_at,
    ends_when_user_writes = excluded.ends_when_user_writes;

  -- What the user told Meta holds for all marketing, not for this template alone.
  insert into wa.marketing_preferences as preference (user_id, is_stopped, changed_at)
  select distinct failure.user_id, true, clock_timestamp()
  from wa.list_failures(p_failures) as failure
  where failure.class_code = '131050'
    and failure.user_id is not null
  order by failure.user_id
  on conflict (user_id) do update
  set is_stopped = excluded.is_stopped, changed_at = excluded.changed_at;

  insert into wa.number_pace as pace (phone_number_id, held_until)
  select coalesce(failure.phone_number_id, ''), max(clock_timestamp() + failure.delay)
  from wa.list_failures(p_failures) as failure
  where failure.class = 'wait'
    and failure.scope = 'number'
  group by coalesce(failure.phone_number_id, '')
  order by coalesce(failure.phone_number_id, '')
  on conflict (phone_number_id) do update
  set held_until = greatest(pace.held_until, excluded.held_until);

  select
    format('error %s: %s', failure.class_code, failure.error_message) as reason,
    case failure.class when 'wait' then clock_timestamp() + failure.delay else failure.ends_at end as until
  into v_pause
  from wa.list_failures(p_failures) as failure
  where failure.class = 'stop'
    or (failure.class = 'wait' and failure.scope = 'account')
  order by until desc
  limit 1;

  if found then
    v_events := wa.pause_queue(v_pause.reason, v_pause.until);
  end if;

  insert into wa.alert_occurrences (kind, group_key, detail, seen_count)
  select
    failure.alert_kind,
    failure.alert_key,
    (array_agg(failure.alert_detail order by failure.id desc))[1],
    count(*)
  from wa.list_failures(p_failures) as failure
  where failure.raises_alert
    or failure.decision = 'fail'
  group by failure.alert_kind, failure.alert_key;

  return v_events;
end
$$;

comment on function wa.apply_failure_consequences(jsonb) is
'What failed attempts mean beyond themselves: blocked recipients, users who stopped marketing, numbers that take a break, a paused queue, alerts. Returns events.';

revoke all on function wa.apply_failure_consequences(jsonb) from public;
grant execute on function wa.apply_failure_consequences(jsonb) to wa_runtime;

-- functions/queue/apply_send_failures.sql
create or replace function wa.apply_send_failures(p_failures jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_settled_users uuid[];
  v_consequences jsonb;
  v_result jsonb;
begin
  with decided as materialized (
    select decision.*
    from wa.decide_failures(p_failures) as decision
  ),

  changed as (
    update public.notifications as notification
    set
      status = case decided.decision when 'fail' then 'failed' when 'cancel' then 'cancelled' else 'queued' end,
      next_attempt_at = case decided.decision
        when 'wait_for_user' then null
        when 'stop' then clock_timestamp()
        when 'send_template' then clock_timestamp()
        else clock_timestamp() + decided.delay
      end,
      retry_count = notification.retry_count + (decided.decision in ('retry', 'in_doubt'))::integer,
      wait_count = case decided.decision when 'wait' then notification.wait_count + 1 else 0 end,
      waiting_for = case decided.decision when 'wait_for_user' then 'user' end,
      in_doubt_since = case decided.decision when 'in_doubt' then clock_timestamp() end,
      failed_at = case decided.decision when 'fail' then clock_timestamp() end,
      payload = case decided.decision
        when 'send_template' then notification.fallback_template else notification.payload
      end,
      locked_until = null,
      error_code = decided.error_code,
      error_message = coalesce(decided.error_message, (decided.error_class).description),
      fbtrace_id = decided.fbtrace_id
    from decided
    where notification.id = decided.id
    returning
      notification.id,
      notification.user_id,
      notification.recipient,
      notification.phone_number_id,
      notification.payload,
      notification.status,
      notification.next_attempt_at,
      notification.retry_count,
      notification.open_user_id,
      notification.error_code,
      notification.error_message,
      decided.decision,
      decided.delay,
      decided.outcome,
      decided.http_status,
      (decided.error_class).code as class_code,
      (decided.error_class).class as class,
      (decided.error_class).scope as scope,
      (decided.error_class).first_delay_seconds as first_delay_seconds,
      (decided.error_class).ends_when_user_writes as ends_when_user_writes,
      (decided.error_class).raises_alert as raises_alert
  )

  select
    jsonb_build_object(
      'retried', count(*) filter (where changed.decision in ('retry', 'send_template', 'stop')),
      'waiting', count(*) filter (where changed.decision in ('wait', 'wait_for_user')),
      'in_doubt', count(*) filter (where changed.decision = 'in_doubt'),
      'failed', count(*) filter (where changed.decision in ('fail', 'cancel')),
      'events', coalesce(jsonb_agg(wa.describe_send_failure(to_jsonb(changed.*)) order by changed.id), '[]')
    ),
    jsonb_agg(to_jsonb(changed.*) order by changed.id) filter (
      where changed.class in ('recipient', 'stop')
        or changed.scope in ('number', 'account')
        or changed.raises_alert
        or changed.decision = 'fail'
    ),
    array_agg(changed.user_id) filter (where changed.open_user_id is null and changed.user_id is not null)
  into v_result, v_consequences, v_settled_users
  from changed;

  if v_settled_users is not null then
    perform wa.release_successors(v_settled_users);
  end if;
  if v_consequences is not null then
    v_result := v_result || jsonb_build_object(
      'events', v_result -> 'events' || wa.apply_failure_consequences(v_consequences)
    );
  end if;
  return v_result;
end
$$;

comment on function wa.apply_send_failures(jsonb) is
'Applies failed attempts to their notifications, which the caller has locked. Each has id, outcome (rejected, not_sent, unknown, lease_expired, stale_media, or status_failed for one that Meta took back), http_status, error_code, error_message, fbtrace_id and retry_after_seconds. Returns counts and events.';

revoke all on function wa.apply_send_failures(jsonb) from public;
grant execute on function wa.apply_send_failures(jsonb) to wa_runtime;

-- functions/queue/apply_statuses.sql
create or replace function wa.apply_statuses(p_statuses jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_matched jsonb;
  v_unmatched integer;
  v_applied integer := 0;
  v_events jsonb := '[]'::jsonb;
  v_successes jsonb;
  v_failures jsonb;
begin
  select
    jsonb_agg(to_jsonb(matched.*)) filter (where matched.notification_id is not null),
    count(*) filter (where matched.notification_id is null)
  into v_matched, v_unmatched
  from wa.match_statuses(p_statuses) as matched;

  if v_matched is not null then
    v_successes := wa.apply_success_statuses(v_matched);
    v_failures := wa.apply_failed_statuses(v_matched);
    v_applied := (v_successes ->> 'applied')::integer + (v_failures ->> 'applied')::integer;
    v_events := v_successes -> 'events' || (v_failures -> 'events');
  end if;

  return jsonb_build_object(
    'statuses', jsonb_array_length(p_statuses),
    'applied', v_applied,
    'unmatched', v_unmatched,
    'events', v_events
  );
end
$$;

comment on function wa.apply_statuses(jsonb) is
'Moves notifications on by status webhooks: an array of Meta''s status objects, each with the phone_number_id that it came for. Forwards only, in any order; a status that names nothing of ours is counted as unmatched.';

revoke all on function wa.apply_statuses(jsonb) from public;
grant execute on function wa.apply_statuses(jsonb) to wa_runtime;

-- functions/queue/apply_success_statuses.sql
create or replace function wa.apply_success_statuses(p_matched jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_applied integer;
  v_users uuid[];
  v_events jsonb;
begin
  with progress as materialized (
    select
      matched.notification_id,
      count(*) as status_count,
      max(case matched.status when 'sent' then 1 when 'delivered' then 2 when 'read' then 3 when 'played' then 3 end)
        as rank,
      min(matched.wa_message_id) as wa_message_id,
      min(matched.happened_at) as sent_at,
      min(matched.happened_at) filter (where matched.status = 'delivered') as delivered_at,
      min(matched.happened_at) filter (where matched.status in ('read', 'played')) as read_at
    from jsonb_to_recordset(p_matched) as matched (
      notification_id bigint, wa_message_id text, status text, happened_at timestamptz
    )
    where matched.status in ('sent', 'delivered', 'read', 'played')
    group by matched.notification_id
  ),

  before as materialized (
    select
      progress.*,
      notification.status as old_status,
      case notification.status
        when 'sent' then 1 when 'delivered' then 2 when 'read' then 3
        -- Meta took the message back after it was sent: only delivery outweighs that.
        when 'failed' then 1
        else 0
      end as old_rank,
      -- A row that is being tried again after Meta took it back has left its old message behind.
      notification.status in ('queued', 'sending')
      and notification.wa_message_id is not distinct from progress.wa_message_id as is_superseded
    from progress
    inner join public.notifications as notification on progress.notification_id = notification.id
  ),

  moved as (
    update public.notifications as notification
    set
      status = case
        when before.rank > before.old_rank
          then (array['sent', 'delivered', 'read'])[before.rank]
        else notification.status
      end,
      wa_message_id = coalesce(notification.wa_message_id, before.wa_message_id),
      sent_at = coalesce(notification.sent_at, before.sent_at),
      delivered_at = coalesce(notification.delivered_at, before.delivered_at),
      read_at = coalesce(notification.read_at, before.read_at),
      waiting_for = null,
      locked_until = null,
      in_doubt_since = null,
      blocked_by = null
    from before
    where notification.id = before.notification_id
      and not (before.is_superseded and before.rank = 1)
      and (
        before.rank > before.old_rank
        or (notification.delivered_at is null and before.delivered_at is not null)
        or (notification.read_at is null and before.read_at is not null)
      )
    returning
      notification.id, notification.user_id, notification.recipient, notification.retry_count,
      notification.created_at, before.status_count,
      before.old_status in ('queued', 'sending') as was_unsettled
  )

  select
    coalesce(sum(moved.status_count), 0),
    array_agg(moved.user_id) filter (where moved.was_unsettled and moved.user_id is not null),
    coalesce(
      jsonb_agg(
        jsonb_build_object(
          'event', 'NOTIFY_SEND_OK',
          'level', 'info',
          'id', moved.id,
          'recipient', wa.mask_recipient(moved.recipient),
          'retry_count', moved.retry_count,
          'proved_by', 'status'
        )
      ) filter (where moved.was_unsettled),
      '[]'
    )
  into v_applied, v_users, v_events
  from moved;

  if v_users is not null then
    perform wa.release_successors(v_users);
  end if;
  return jsonb_build_object('applied', v_applied, 'events', v_events);
end
$$;

comment on function wa.apply_success_statuses(jsonb) is
'Moves notifications, which wa.match_statuses has locked, forwards to sent, delivered or read, and settles those whose outcome was not known.';

revoke all on function wa.apply_success_statuses(jsonb) from public;
grant execute on function wa.apply_success_statuses(jsonb) to wa_runtime;

-- functions/queue/charge_number.sql
create or replace function wa.charge_number(p_phone_number_id text, p_count integer)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_rate double precision := wa.get_setting('number_rate_per_second')::double precision;
begin
  if p_count > 0 then
    update wa.number_pace as pace
    set paid_until = greatest(pace.paid_until, clock_timestamp())
    + make_interval(secs => p_count / coalesce(pace.rate_per_second, v_rate))
    where pace.phone_number_id = p_phone_number_id
      and coalesce(pace.rate_per_second, v_rate) > 0;
  end if;
end
$$;

comment on function wa.charge_number(text, integer) is
'Takes what was claimed from the business number''s rate. Follows wa.open_number in the same transaction.';

revoke all on function wa.charge_number(text, integer) from public;
grant execute on function wa.charge_number(text, integer) to wa_runtime;

-- functions/queue/check_payload.sql
create or replace function wa.check_payload(p_payload jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_problem text := wa.find_payload_problem(p_payload);
begin
  if v_problem is not null then
    raise exception using
      errcode = 'WA011',
      message = 'the payload is no message that WhatsApp takes: ' || v_problem,
      hint = 'Queue the body of a Graph API message without recipient, such as {"type": "text", "text": {"body": "Hello"}}.';
  end if;
end
$$;

comment on function wa.check_payload(jsonb) is
'Raises WA011 when a message body breaks the shape or a limit that Meta documents.';

revoke all on function wa.check_payload(jsonb) from public;
grant execute on function wa.check_payload(jsonb) to wa_runtime;

-- functions/queue/claim_from_number.sql
create or replace function wa.claim_from_number(
  p_number text,
  p_worker text,
  p_wanted integer,
  p_lease interval
)
returns table (
  id bigint,
  lock_token uuid,
  phone_number_id text,
  request jsonb,
  upload jsonb,
  retry_count integer
)
language plpgsql
volatile
set search_path = ''
as $$
#variable_conflict use_column
declare
  -- Enough for a user's thousand messages in a row, little enough for a short transaction.
  c_most_looked_at constant integer := 2000;
  v_looked_at integer := 0;
  v_wanted integer := p_wanted;
  v_look integer := p_wanted;
  v_set_aside bigint[] := array[]::bigint[];
  v_sendable bigint[];
  v_addresses text[];
  v_blocked bigint[];
  v_held_back jsonb;
  v_count integer;
begin
  while v_wanted > 0 and v_looked_at < c_most_looked_at loop
    select
      array_agg(judged.id order by judged.position) filter (where judged.verdict in ('send', 'send_template')),
      array_agg(judged.address order by judged.position) filter (
        where judged.verdict in ('send', 'send_template')
      ),
      array_agg(judged.id) filter (where judged.verdict = 'blocked'),
      jsonb_object_agg(judged.id, judged.verdict) filter (where judged.verdict not in ('send', 'blocked')),
      count(*)
    into v_sendable, v_addresses, v_blocked, v_held_back, v_count
    from wa.judge_due(p_number, v_look, v_set_aside) with ordinality as judged (id, verdict, address, position);

    if v_blocked is not null then
      v_set_aside := v_set_aside || wa.park_blocked(v_blocked);
    end if;
    if v_held_back is not null then
      perform wa.hold_back(v_held_back);
    end if;
    if v_sendable is not null then
      v_sendable := v_sendable[1:v_wanted];
      v_wanted := v_wanted - cardinality(v_sendable);
      return query select leased.* from wa.lease_notifications(
        v_sendable, v_addresses[1:cardinality(v_sendable)], p_worker, p_lease
      ) as leased;
    end if;

    exit when v_count < v_look and v_held_back is null;
    v_looked_at := v_looked_at + v_count;
    v_look := case when v_blocked is null then v_wanted else least(v_wanted * 10, 200) end;
  end loop;
end
$$;

comment on function wa.claim_from_number(text, text, integer, interval) is
'Claims up to p_wanted due notifications of one business number, and puts aside on the way what may not be sent now.';

revoke all on function wa.claim_from_number(text, text, integer, interval) from public;
grant execute on function wa.claim_from_number(text, text, integer, interval) to wa_runtime;

-- functions/queue/classify_send_error.sql
create or replace function wa.classify_send_error(p_outcome text, p_error_code integer, p_http_status integer)
returns wa.send_error_classes
language sql
stable
set search_path = ''
as $$
  select error_class.*
  from unnest(
    case
      when p_outcome in ('not_sent', 'stale_media') then array[p_outcome]
      when p_outcome in ('unknown', 'lease_expired') then array['in_doubt']
      when p_error_code is not null then array[
        p_error_code::text, case when p_http_status = 429 then 'http_429' end, 'unknown_code'
      ]
      else array['http_' || p_http_status, case when p_http_status >= 500 then 'in_doubt' end, 'unknown_code']
    end
  ) with ordinality as candidate (code, position)
  inner join wa.send_error_classes as error_class on candidate.code = error_class.code
  order by candidate.position
  limit 1;
$$;

comment on function wa.classify_send_error(text, integer, integer) is
'The class of a failed attempt. A server error without a Graph error code comes from something in between, so that Meta may have accepted.';

revoke all on function wa.classify_send_error(text, integer, integer) from public;
grant execute on function wa.classify_send_error(text, integer, integer) to wa_runtime;

-- functions/queue/count_queue.sql
create or replace function wa.count_queue()
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  -- Each costs a page of the table, for a figure that nobody reads to the last digit.
  c_exact constant integer := 2000;
  -- These are read from their index alone.
  c_most constant integer := 10000;
  v_open bigint;
  v_queued bigint;
  v_sending bigint;
  v_waiting bigint;
  v_failed bigint;
  v_plan json;
begin
  select count(*), count(*) filter (where counted.status = 'sending')
  into v_open, v_sending
  from (
    select notification.status
    from public.notifications as notification
    where notification.due_at is not null
    -- The order of notifications_due_idx, so that settled rows are not read whatever the statistics say.
    order by coalesce(notification.phone_number_id, ''), notification.priority, notification.due_at, notification.id
    limit c_exact + 1
  ) as counted;

  select count(*) into v_waiting
  from (
    select
    from public.notifications as notification
    where notification.waiting_for is not null
    order by notification.user_id
    limit c_most
  ) as counted;

  select count(*) into v_failed
  from (
    select
    from public.notifications as notification
    where notification.failed_at is not null
    order by notification.failed_at
    limit c_most
  ) as counted;

  v_queued := v_open - v_sending;

  if v_open > c_exact then
    -- PostgreSQL allows this in a volatile function only.
    execute 'explain (format json) select from public.notifications where status = ''queued''' into v_plan;
    v_queued := greatest(v_queued, (v_plan #>> '{0,Plan,Plan Rows}')::bigint - v_waiting);

    select count(*) into v_sending
    from wa.list_sending_numbers() as number (phone_number_id)
    cross join generate_series(0, 2) as priority (value)
    cross join lateral (
      select notification.status
      from public.notifications as notification
      where coalesce(notification.phone_number_id, '') = number.phone_number_id
        and notification.priority = priority.value
        and notification.due_at > now()
      order by coalesce(notification.phone_number_id, ''), notification.priority, notification.due_at
      limit 1000
    ) as later
    where later.status = 'sending';
  end if;

  return jsonb_build_object('queued', v_queued, 'sending', v_sending, 'waiting', v_waiting, 'failed', v_failed);
end
$$;

comment on function wa.count_queue() is
'Notifications by status, at a cost that does not grow with them: queued, sending, waiting (queued until the user writes again) and failed. Above 2,000 unsettled ones queued is the planner''s estimate and sending counts running leases; waiting and failed end at 10,000.';

revoke all on function wa.count_queue() from public;
grant execute on function wa.count_queue() to wa_runtime;

-- functions/queue/decide_failures.sql
create or replace function wa.decide_failures(p_failures jsonb)
returns table (
  id bigint,
  decision text,
  delay interval,
  outcome text,
  http_status integer,
  error_code integer,
  error_message text,
  fbtrace_id text,
  error_class wa.send_error_classes
)
language sql
volatile
set search_path = ''
as $$
  select
    failure.id,
    case
      when error_class.class in ('retry', 'in_doubt')
        and notification.retry_count - notification.retries_forgiven >= error_class.max_retries
        then 'fail'
      when error_class.class in ('message', 'recipient') then 'fail'
      when error_class.class <> 'window' then error_class.class
      when notification.payload ->> 'type' is not distinct from 'template' then 'fail'
      when notification.outside_window = 'wait' then 'wait_for_user'
      when notification.outside_window = 'template' then 'send_template'
      else 'cancel'
    end,
    -- Jitter only lengthens: a delay that Meta asked for is kept.
    make_interval(
      secs => (1 + random() / 4) * greatest(
        failure.retry_after_seconds,
        case error_class.class
          when 'in_doubt' then wa.get_setting('in_doubt_seconds')::double precision
          else least(
            error_class.max_delay_seconds,
            error_class.first_delay_seconds * power(
              error_class.delay_factor::double precision,
              least(
                16,
                case error_class.class
                  when 'wait' then notification.wait_count
                  else notification.retry_count - notification.retries_forgiven
                end
              )
            )
          )
        end
      )
    ),
    failure.outcome,
    failure.http_status,
    failure.error_code,
    failure.error_message,
    failure.fbtrace_id,
    error_class
  from jsonb_to_recordset(p_failures) as failure (
    id bigint,
    outcome text,
    http_status integer,
    error_code integer,
    error_message text,
    fbtrace_id text,
    retry_after_seconds double precision
  )
  inner join public.notifications as notification on failure.id = notification.id
  cross join lateral wa.classify_send_error(failure.outcome, failure.error_code, failure.http_status) as error_class;
$$;

comment on function wa.decide_failures(jsonb) is
'What becomes of each failed attempt: fail, cancel, retry, wait, in_doubt, stop, wait_for_user or send_template, and after which delay.';

revoke all on function wa.decide_failures(jsonb) from public;
grant execute on function wa.decide_failures(jsonb) to wa_runtime;

-- functions/queue/describe_send_failure.sql
create or replace function wa.describe_send_failure(p_failure jsonb)
returns jsonb
language sql
immutable
set search_path = ''
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

comment on function wa.describe_send_failure(jsonb) is
'The log event of a failed attempt; class and class_code name its row of wa.send_error_classes. Without Meta''s error text, which may quote the message.';

revoke all on function wa.describe_send_failure(jsonb) from public;
grant execute on function wa.describe_send_failure(jsonb) to wa_runtime;

-- functions/queue/find_buttons_problem.sql
create or replace function wa.find_buttons_problem(p_buttons jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_problem text;
begin
  if jsonb_typeof(p_buttons) is distinct from 'array' or jsonb_array_length(p_buttons) not between 1 and 3 then
    return 'action.buttons must be an array of 1 to 3 buttons';
  end if;

  select
    coalesce(
      min(wa.find_text_problem(button.body #> '{reply,title}', 'the title of a button', 20)),
      min(wa.find_text_problem(button.body #> '{reply,id}', 'the id of a button', 256)),
      case when bool_or(button.body ->> 'type' is distinct from 'reply') then 'the type of a button must be reply' end,
      case
        when bool_or(button.body #>> '{reply,id}' <> btrim(button.body #>> '{reply,id}'))
          then 'the id of a button may not begin or end with a space'
      end,
      case when count(distinct button.body #>> '{reply,id}') < count(*) then 'the ids of buttons must differ' end,
      case when count(distinct button.body #>> '{reply,title}') < count(*) then 'the titles of buttons must differ' end
    )
  into v_problem
  from jsonb_array_elements(p_buttons) as button (body);
  return v_problem;
end
$$;

comment on function wa.find_buttons_problem(jsonb) is 'What is wrong with the reply buttons of an interactive message, or null.';

revoke all on function wa.find_buttons_problem(jsonb) from public;
grant execute on function wa.find_buttons_problem(jsonb) to wa_runtime;

-- functions/queue/find_interactive_problem.sql
create or replace function wa.find_interactive_problem(p_interactive jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_type text := p_interactive ->> 'type';
  v_action jsonb := p_interactive -> 'action';
  v_header_type text := p_interactive #>> '{header,type}';
  v_problem text;
begin
  if v_type is null then
    return 'interactive.type is missing';
  end if;
  if v_action is null then
    return 'interactive.action is missing';
  end if;

  v_problem := case
    when v_type not in ('product', 'product_list', 'catalog_message') or p_interactive ? 'body'
      then wa.find_text_problem(p_interactive #> '{body,text}', 'interactive.body.text', 1024)
  end;
  v_problem := coalesce(
    v_problem,
    case
      when p_interactive ? 'footer'
        then wa.find_text_problem(p_interactive #> '{footer,text}', 'interactive.footer.text', 60)
    end,
    case
      when not p_interactive ? 'header' then null
      when v_header_type is null then 'interactive.header.type is missing'
      when v_header_type = 'text'
        then wa.find_text_problem(p_interactive #> '{header,text}', 'interactive.header.text', 60)
      when v_type = 'list' then 'the header of a list can only be text'
      when p_interactive #> array['header', v_header_type] is null
        then format('interactive.header.%s is missing', v_header_type)
    end
  );
  if v_problem is not null then
    return v_problem;
  end if;

  return case v_type
    when 'button' then wa.find_buttons_problem(v_action -> 'buttons')
    when 'list' then wa.find_list_problem(v_action)
    when 'cta_url' then coalesce(
      wa.find_text_problem(v_action #> '{parameters,display_text}', 'action.parameters.display_text', 20),
      wa.find_text_problem(v_action #> '{parameters,url}', 'action.parameters.url', 2000),
      case when v_action #>> '{parameters,url}' !~ '^https?://' then 'action.parameters.url must be a URL' end
    )
    when 'location_request_message' then case
      when v_action ->> 'name' is distinct from 'send_location' then 'action.name must be send_location'
    end
    when 'request_contact_info' then case
      when v_action ->> 'name' is distinct from 'request_contact_info' then 'action.name must be request_contact_info'
    end
  end;
end
$$;

comment on function wa.find_interactive_problem(jsonb) is
'What is wrong with an interactive message, or null. Types that are not known here are for Meta to judge.';

revoke all on function wa.find_interactive_problem(jsonb) from public;
grant execute on function wa.find_interactive_problem(jsonb) to wa_runtime;

-- functions/queue/find_list_problem.sql
create or replace function wa.find_list_problem(p_action jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_sections jsonb := p_action -> 'sections';
  v_problem text := wa.find_text_problem(p_action -> 'button', 'action.button', 20);
begin
  if v_problem is not null then
    return v_problem;
  end if;
  if jsonb_typeof(v_sections) is distinct from 'array' or jsonb_array_length(v_sections) not between 1 and 10 then
    return 'action.sections must be an array of 1 to 10 sections';
  end if;
  if jsonb_path_exists(v_sections, '$[*] ? (!(@.rows.type() == "array") || @.rows.size() == 0)') then
    return 'a section of a list takes at least one row';
  end if;

  select
    coalesce(
      case
        when jsonb_array_length(v_sections) > 1 or section.body ? 'title'
          then wa.find_text_problem(section.body -> 'title', 'the title of a section', 24)
      end
    )
  into v_problem
  from jsonb_array_elements(v_sections) as section (body)
  order by 1
  limit 1;

  if v_problem is not null then
    return v_problem;
  end if;

  select
    coalesce(
      case when count(*) > 10 then format('a list has at most 10 rows in all; this one has %s', count(*)) end,
      min(wa.find_text_problem(list_row.body -> 'id', 'the id of a row', 200)),
      min(wa.find_text_problem(list_row.body -> 'title', 'the title of a row', 24)),
      min(
        case
          when list_row.body ? 'description'
            then wa.find_text_problem(list_row.body -> 'description', 'the description of a row', 72)
        end
      ),
      case when count(distinct list_row.body ->> 'id') < count(*) then 'the ids of rows must differ' end
    )
  into v_problem
  from jsonb_array_elements(v_sections) as section (body)
  cross join lateral jsonb_array_elements(section.body -> 'rows') as list_row (body);
  return v_problem;
end
$$;

comment on function wa.find_list_problem(jsonb) is 'What is wrong with the action of an interactive list, or null.';

revoke all on function wa.find_list_problem(jsonb) from public;
grant execute on function wa.find_list_problem(jsonb) to wa_runtime;

-- functions/queue/find_media_problem.sql
create or replace function wa.find_media_problem(p_type text, p_media jsonb)
returns text
language sql
immutable
set search_path = ''
as $$
  select case
    when (
      select count(*) from unnest(array['id', 'link', 'qr', 'file']) as source (name)
      where jsonb_typeof(p_media -> source.name) = 'string' and p_media ->> source.name <> ''
    ) <> 1
      then format('%s takes exactly one of id, link, qr and file', p_type)
    when p_media ? 'qr' and p_type <> 'image' then format('%s cannot be a qr; only an image can', p_type)
    when p_media ? 'file' and coalesce(p_media ->> 'mime_type', '') = '' then format('%s.file takes a mime_type', p_type)
    when p_media ? 'link' and p_media ->> 'link' !~ '^https?://' then format('%s.link must be a URL', p_type)
    when p_media ? 'caption' and p_type in ('audio', 'sticker') then format('%s has no caption', p_type)
    when char_length(p_media ->> 'caption') > 1024
      then format('%s.caption has %s characters; 1024 are allowed', p_type, char_length(p_media ->> 'caption'))
  end;
$$;

comment on function wa.find_media_problem(text, jsonb) is
'What is wrong with an image, video, audio, document or sticker, or null. qr and file are uploaded by the notifier.';

revoke all on function wa.find_media_problem(text, jsonb) from public;
grant execute on function wa.find_media_problem(text, jsonb) to wa_runtime;

-- functions/queue/find_oldest_due.sql
create or replace function wa.find_oldest_due()
returns timestamptz
language sql
stable
set search_path = ''
as $$
  -- now() and not the clock: only what stands still during the statement is looked up in the index.
  select coalesce(min(due.due_at) filter (where due.blocked_by is null), min(due.due_at))
  from wa.list_sending_numbers() as number (phone_number_id)
  cross join generate_series(0, 2) as priority (value)
  cross join lateral (
    select notification.due_at, notification.blocked_by
    from public.notifications as notification
    where coalesce(notification.phone_number_id, '') = number.phone_number_id
      and notification.priority = priority.value
      and notification.due_at <= now()
    -- All columns of the index: under row level security the planner does not see that two are constant.
    order by coalesce(notification.phone_number_id, ''), notification.priority, notification.due_at
    limit 1000
  ) as due
$$;

comment on function wa.find_oldest_due() is
'Since when the oldest notification is due that a notifier could claim, or null: it looks at the first 1,000 of each number and priority.';

revoke all on function wa.find_oldest_due() from public;
grant execute on function wa.find_oldest_due() to wa_runtime;

-- functions/queue/find_payload_problem.sql
create or replace function wa.find_payload_problem(p_payload jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_type text := coalesce(p_payload ->> 'type', 'text');
  v_content jsonb := p_payload -> v_type;
begin
  if p_payload ? 'to' or p_payload ? 'recipient' then
    return 'to and recipient are set when it is sent; leave them out';
  end if;
  if char_length(p_payload ->> 'biz_opaque_callback_data') > 0 then
    return 'biz_opaque_callback_data is set when it is sent; leave it out';
  end if;
  if p_payload ? 'type' and jsonb_typeof(p_payload -> 'type') <> 'string' then
    return 'type must be a string';
  end if;
  if v_content is null then
    return format('%s is missing', v_type);
  end if;

  if v_type = 'contacts' then
    return case when jsonb_typeof(v_content) <> 'array' then 'contacts must be an array' end;
  end if;
  if jsonb_typeof(v_content) <> 'object' then
    return format('%s must be an object', v_type);
  end if;

  case v_type
    when 'text' then
      return wa.find_text_problem(v_content -> 'body', 'text.body', 4096);
    when 'interactive' then
      return wa.find_interactive_problem(v_content);
    when 'image', 'video', 'audio', 'document', 'sticker' then
      return wa.find_media_problem(v_type, v_content);
    when 'template' then
      return wa.find_template_problem(v_content);
    when 'reaction' then
      return case when coalesce(v_content ->> 'message_id', '') = '' then 'reaction.message_id is missing' end;
    when 'location' then
      return case
        when jsonb_typeof(v_content -> 'latitude') is null then 'location.latitude is missing'
        when jsonb_typeof(v_content -> 'longitude') is null then 'location.longitude is missing'
      end;
    else
      -- A type that Meta adds tomorrow is for Meta to judge.
      return null;
  end case;
end
$$;

comment on function wa.find_payload_problem(jsonb) is
'What Meta would refuse about a message body, in words, or null. Limits count characters, as Meta does.';

revoke all on function wa.find_payload_problem(jsonb) from public;
grant execute on function wa.find_payload_problem(jsonb) to wa_runtime;

-- functions/queue/find_template_problem.sql
create or replace function wa.find_template_problem(p_template jsonb)
returns text
language sql
immutable
set search_path = ''
as $$
  select coalesce(
    wa.find_text_problem(p_template -> 'name', 'template.name', 512),
    wa.find_text_problem(p_template #> '{language,code}', 'template.language.code', 20),
    case
      when not p_template ? 'components' then null
      when jsonb_typeof(p_template -> 'components') <> 'array' then 'template.components must be an array'
      when exists (
        select from jsonb_array_elements(p_template -> 'components') as component (body)
        where lower(coalesce(component.body ->> 'type', '')) not in (
          'header', 'body', 'footer', 'button', 'carousel', 'limited_time_offer', 'order_status', 'tap_target_configuration'
        )
      ) then 'template.components holds one without a known type'
      when exists (
        select from jsonb_array_elements(p_template -> 'components') as component (body)
        where lower(component.body ->> 'type') = 'button'
          and (component.body ->> 'sub_type' is null or component.body ->> 'index' is null)
      ) then 'a template button takes sub_type and index'
      when (
        select count(*) from jsonb_array_elements(p_template -> 'components') as component (body)
        where lower(component.body ->> 'type') = 'button'
      ) > 10 then 'a template has at most 10 buttons'
      when exists (
        select from jsonb_array_elements(p_template -> 'components') as component (body)
        where component.body ? 'parameters' and jsonb_typeof(component.body -> 'parameters') <> 'array'
      ) then 'the parameters of a template component must be an array'
    end
  );
$$;

comment on function wa.find_template_problem(jsonb) is
'What is wrong with the shape of a template message, or null. Whether the template exists only Meta knows.';

revoke all on function wa.find_template_problem(jsonb) from public;
grant execute on function wa.find_template_problem(jsonb) to wa_runtime;

-- functions/queue/find_text_problem.sql
create or replace function wa.find_text_problem(p_text jsonb, p_name text, p_limit integer)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_text) is distinct from 'string' then
    return format('%s is missing', p_name);
  elsif p_text #>> '{}' !~ '\S' then
    return format('%s is empty', p_name);
  elsif char_length(p_text #>> '{}') > p_limit then
    return format('%s has %s characters; %s are allowed', p_name, char_length(p_text #>> '{}'), p_limit);
  end if;
  return null;
end
$$;

comment on function wa.find_text_problem(jsonb, text, integer) is
'What is wrong with a required text of limited length, or null.';

revoke all on function wa.find_text_problem(jsonb, text, integer) from public;
grant execute on function wa.find_text_problem(jsonb, text, integer) to wa_runtime;

-- functions/queue/get_media_cache_key.sql
create or replace function wa.get_media_cache_key(p_payload jsonb, p_phone_number_id text)
returns text
language sql
immutable
set search_path = ''
as $$
  select case
    when media.body ? 'qr' then concat_ws(
      ':', coalesce(p_phone_number_id, ''), 'qr', encode(sha256(convert_to(media.body ->> 'qr', 'UTF8')), 'hex')
    )
    when media.body ? 'file' then concat_ws(':', coalesce(p_phone_number_id, ''), 'file', media.body ->> 'file')
  end
  from (values (p_payload -> (p_payload ->> 'type'))) as media (body);
$$;

comment on function wa.get_media_cache_key(jsonb, text) is
'Under which key the upload of a payload''s media is remembered; null for a payload that needs no upload.';

revoke all on function wa.get_media_cache_key(jsonb, text) from public;
grant execute on function wa.get_media_cache_key(jsonb, text) to wa_runtime;

-- functions/queue/hold_back.sql
create or replace function wa.hold_back(p_verdicts jsonb)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_expired_leases jsonb;
  v_result jsonb;
  v_settled_users uuid[];
  v_failures jsonb;
  v_event jsonb;
begin
  with verdict as materialized (
    select judged.key::bigint as id, judged.value as name
    from jsonb_each_text(p_verdicts) as judged
  ),

  changed as (
    update public.notifications as notification
    set
      status = case
        when verdict.name in ('expired', 'opted_out', 'window_closed', 'marketing_stopped') then 'cancelled'
        when verdict.name in ('recipient_blocked', 'phone_needed') then 'failed'
        else notification.status
      end,
      waiting_for = case verdict.name when 'wait_for_user' then 'user' when 'template_held' then 'template' end,
      next_attempt_at = case verdict.name
        when 'wait_for_user' then null
        when 'in_doubt' then
          pg_postmaster_start_time() + make_interval(secs => wa.get_setting('in_doubt_seconds')::double precision)
        when 'template_held'
          then clock_timestamp() + make_interval(
            secs => wa.get_setting('template_recheck_seconds')::double precision
          )
        when 'too_fast' then (
          select pace.paid_until - make_interval(
            secs => (wa.get_setting('pair_burst')::double precision - 1)
            * wa.get_setting('pair_interval_seconds')::double precision
          )
          from wa.pair_pace as pace
          where pace.user_id = notification.user_id
            and pace.phone_number_id = coalesce(notification.phone_number_id, '')
        )
        else notification.next_attempt_at
      end,
      failed_at = case
        when verdict.name in ('recipient_blocked', 'phone_needed') then clock_timestamp()
      end,
      error_code = case verdict.name
        when 'recipient_blocked' then coalesce(
          (
            select block.error_code::integer
            from wa.recipient_blocks as block
            where block.user_id = notification.user_id
              and block.error_code ~ '^[0-9]+$'
            order by block.template_name
            limit 1
          ),
          notification.error_code
        )
        when 'phone_needed' then 131062
        else notification.error_code
      end,
      error_message = case verdict.name
        when 'expired' then 'not sent: past its expires_at'
        when 'opted_out' then 'not sent: the user has opted out'
        when 'window_closed' then 'not sent: the 24-hour window is closed'
        when 'marketing_stopped' then 'not sent: the user has stopped marketing messages'
        when 'template_held' then 'not sent yet: Meta does not take the template'
        when 'recipient_blocked' then 'not sent: an earlier message could not be delivered to this user'
        when 'phone_needed' then 'not sent: Meta does not deliver this template to a BSUID, and the phone number is unknown'
        else notification.error_message
      end,
      payload = case verdict.name
        when 'send_template' then notification.fallback_template else notification.payload
      end,
      blocked_by = null
    from verdict
    where notification.id = verdict.id
      and verdict.name <> 'lease_expired'
    returning
      notification.id,
      notification.user_id,
      notification.open_user_id,
      notification.recipient,
      notification.status,
      notification.error_code,
      verdict.name as verdict
  )

  select
    (
      select jsonb_agg(
        jsonb_build_object(
          'id', verdict.id, 'outcome', 'lease_expired', 'error_message', 'the worker did not report back in time'
        )
      )
      from verdict
      where verdict.name = 'lease_expired'
    ),
    jsonb_agg(
      jsonb_strip_nulls(
        jsonb_build_object(
          'event', 'NOTIFY_SEND_FAIL',
          'level', case changed.status when 'failed' then 'error' else 'warning' end,
          'id', changed.id,
          'recipient', wa.mask_recipient(changed.recipient),
          'decision', changed.verdict,
          'error_code', changed.error_code
        )
      )
    ) filter (where changed.status in ('failed', 'cancelled')),
    array_agg(changed.user_id) filter (where changed.open_user_id is null and changed.user_id is not null),
    jsonb_agg(
      jsonb_strip_nulls(
        jsonb_build_object(
          'notification_id', changed.id,
          'recipient', wa.mask_recipient(changed.recipient),
          'error_code', changed.error_code,
          'class', 'recipient'
        )
      )
      order by changed.id
    ) filter (where changed.status = 'failed')
  into v_expired_leases, v_result, v_settled_users, v_failures
  from changed;

  if v_settled_users is not null then
    perform wa.release_successors(v_settled_users);
  end if;
  if v_expired_leases is not null then
    v_result := coalesce(v_result, '[]') || (wa.apply_send_failures(v_expired_leases) -> 'events');
  end if;

  perform wa.raise_alert('notification_failed', coalesce(failure.value ->> 'error_code', 'recipient'), failure.value)
  from jsonb_array_elements(v_failures) as failure;

  -- A claim answers with rows, so that its events leave as notices.
  for v_event in select emitted.value from jsonb_array_elements(v_result) as emitted loop
    perform wa.emit_event(v_event ->> 'event', v_event - '{event,level}'::text[], v_event ->> 'level');
  end loop;
end
$$;

comment on function wa.hold_back(jsonb) is
'Carries out what wa.judge_due found against sending now: an object from notification id to verdict. The caller has locked the rows.';

revoke all on function wa.hold_back(jsonb) from public;
grant execute on function wa.hold_back(jsonb) to wa_runtime;

-- functions/queue/is_sound_list.sql
create or replace function wa.is_sound_list(p_payload jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_interactive constant jsonb := p_payload -> 'interactive';
begin
  if p_payload - '{type,interactive}'::text[] <> '{}'
    or p_payload -> 'type' is distinct from '"interactive"'
    or v_interactive - '{type,body,action}'::text[] <> '{}'
    or v_interactive -> 'type' is distinct from '"list"'
    or not jsonb_path_exists(v_interactive, '$.body.text ? (@ like_regex "\\S")')
    or not jsonb_path_exists(v_interactive, '$.action.button ? (@ like_regex "\\S")')
    or jsonb_path_exists(v_interactive, '$.action.sections[*].title')
    or jsonb_typeof(v_interactive #> '{action,sections}') <> 'array'
    or jsonb_array_length(v_interactive #> '{action,sections}') <> 1
    or jsonb_typeof(v_interactive #> '{action,sections,0,rows}') is distinct from 'array'
    or char_length(v_interactive #>> '{body,text}') > 1024
    or char_length(v_interactive #>> '{action,button}') > 20
  then
    return false;
  end if;

  return (
    select
      count(*) between 1 and 10
      and count(distinct list_row.body ->> 'id') = count(*)
      and bool_and(
        coalesce(
          jsonb_typeof(list_row.body -> 'id') = 'string'
          and jsonb_typeof(list_row.body -> 'title') = 'string'
          and list_row.body ->> 'id' ~ '\S'
          and list_row.body ->> 'title' ~ '\S'
          and char_length(list_row.body ->> 'id') <= 200
          and char_length(list_row.body ->> 'title') <= 24
          and (
            not list_row.body ? 'description'
            or (
              jsonb_typeof(list_row.body -> 'description') = 'string'
              and list_row.body ->> 'description' ~ '\S'
              and char_length(list_row.body ->> 'description') <= 72
            )
          ),
          false
        )
      )
    from jsonb_array_elements(v_interactive #> '{action,sections,0,rows}') as list_row (body)
  );
end
$$;

comment on function wa.is_sound_list(jsonb) is
'Whether a message body is an interactive list of one section without title, header and footer, and within every limit: the menus that most replies are pass with one look. What does not is for wa.find_payload_problem to judge.';

revoke all on function wa.is_sound_list(jsonb) from public;
grant execute on function wa.is_sound_list(jsonb) to wa_runtime;

-- functions/queue/judge_due.sql
create or replace function wa.judge_due(p_number text, p_limit integer, p_except bigint[])
returns table (id bigint, verdict text, address text)
language plpgsql
volatile
set search_path = ''
-- Planning takes longer than running, and the plan does not depend on the arguments.
set plan_cache_mode = 'force_generic_plan'
as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_timestamp();
  v_window_opens timestamptz;
  v_pair_limit timestamptz;
  v_doubt_ends timestamptz;
begin
  select
    v_now - interval '24 hours' + make_interval(secs => max(setting.value::double precision) filter (
      where setting.key = 'service_window_margin_seconds'
    )),
    v_now + make_interval(secs => max(setting.value::double precision) filter (
      where setting.key = 'pair_interval_seconds'
    ) * (max(setting.value::double precision) filter (where setting.key = 'pair_burst') - 1)),
    -- While the server was away, no status could come in.
    pg_postmaster_start_time() + make_interval(secs => max(setting.value::double precision) filter (
      where setting.key = 'in_doubt_seconds'
    ))
  into strict v_window_opens, v_pair_limit, v_doubt_ends
  from wa.settings as setting
  where setting.key in (
    'service_window_margin_seconds', 'pair_interval_seconds', 'pair_burst', 'in_doubt_seconds'
  );

  return query
  with due as materialized (
    select candidate.*
    from unnest(array[0, 1, 2]::smallint[]) as level (priority)
    cross join lateral (
      select
        notification.id,
        notification.priority,
        notification.due_at,
        notification.user_id,
        notification.recipient,
        notification.open_user_id,
        notification.kind,
        notification.status,
        notification.send_at,
        notification.expires_at,
        notification.in_doubt_since,
        notification.to_opted_out,
        notification.outside_window,
        notification.waiting_for,
        case when notification.payload ->> 'type' = 'template' then notification.payload
          else notification.fallback_template end as template,
        notification.payload ->> 'type' is not distinct from 'template' as is_template
      from public.notifications as notification
      where notification.due_at <= v_now
        and notification.priority = level.priority
        and coalesce(notification.phone_number_id, '') = p_number
        and notification.id <> all(p_except)
      -- All columns of the index: only then the planner reads it in order instead of sorting what is due.
      order by
        coalesce(notification.phone_number_id, ''), notification.priority, notification.due_at, notification.id
      limit p_limit
      for update skip locked
    ) as candidate
    limit p_limit
  ),

  known as (
    select
      due.*,
      profile.opted_out_at is not null as is_opted_out,
      due.user_id is null or profile.last_inbound_at > v_window_opens as is_window_open,
      profile.whatsapp_e164 is null and due.user_id is not null as lacks_phone,
      coalesce(profile.whatsapp_e164, profile.wa_user_id, due.recipient) as address,
      -- Not exists: where one user owns most open rows, the planner would rather scan the table.
      (
        select earlier.id from public.notifications as earlier
        where earlier.open_user_id = due.open_user_id
          and (earlier.send_at, earlier.id) < (due.send_at, due.id)
        order by earlier.send_at, earlier.id
        limit 1
      ) is not null as is_blocked,
      (
        select pace.paid_until from wa.pair_pace as pace
        where pace.user_id = due.user_id and pace.phone_number_id = p_number
      ) > v_pair_limit as is_too_fast
    from due
    -- A probe for each row, however many rows the planner expects: hence the limit, and no join above.
    left join lateral (
      select sender.last_inbound_at, sender.opted_out_at, sender.whatsapp_e164, sender.wa_user_id
      from public.profiles as sender
      where sender.user_id = due.user_id
      limit 1
    ) as profile on true
  )

  select
    known.id,
    case
      when known.status = 'sending' then 'lease_expired'
      when known.expires_at <= v_now then 'expired'
      when known.in_doubt_since is not null and v_now < v_doubt_ends then 'in_doubt'
      when known.kind = 'read_receipt' then 'send'
      when known.is_opted_out and not known.to_opted_out then 'opted_out'
      when known.is_blocked then 'blocked'
      when not known.is_template and known.is_window_open is not true and known.outside_window = 'wait'
        then 'wait_for_user'
      when not known.is_template and known.is_window_open is not true and known.outside_window = 'cancel'
        then 'window_closed'
      when exists (
        select from wa.recipient_blocks as block
        where block.user_id = known.user_id
          and block.ends_at > v_now
          and (
            block.template_name = ''
            or (
              block.template_name = known.template #>> '{template,name}'
              and (known.is_template or known.is_window_open is not true)
            )
          )
      ) then 'recipient_blocked'
      when known.lacks_phone
        and (known.is_template or known.is_window_open is not true)
        and exists (
          select from wa.phone_only_templates as template
          where template.name = known.template #>> '{template,name}'
        ) then 'phone_needed'
      when (known.is_template or known.is_window_open is not true)
        and exists (
          select from wa.message_templates as template
          where template.name = known.template #>> '{template,name}'
            and template.language = known.template #>> '{template,language,code}'
            and template.is_held
        ) then 'template_held'
      when known.waiting_for is not null then 'back_in_line'
      when (known.is_template or known.is_window_open is not true)
        and exists (
          select from wa.marketing_preferences as preference
          inner join wa.message_templates as template
            on template.name = known.template #>> '{template,name}'
              and template.language = known.template #>> '{template,language,code}'
          where preference.user_id = known.user_id
            and preference.is_stopped
            and template.category = 'MARKETING'
        ) then 'marketing_stopped'
      when known.is_too_fast then 'too_fast'
      when not known.is_template and known.is_window_open is not true then 'send_template'
      else 'send'
    end,
    known.address
  from known
  order by known.priority, known.due_at, known.id;
end
$$;

comment on function wa.judge_due(text, integer, bigint[]) is
'Locks the next due notifications of a business number, skipping those another worker holds, and says of each, in their order, what is to be done with it now, and the address to send it to: the profile''s present one.';

revoke all on function wa.judge_due(text, integer, bigint[]) from public;
grant execute on function wa.judge_due(text, integer, bigint[]) to wa_runtime;

-- functions/queue/learn_addresses.sql
create or replace function wa.learn_addresses(p_results jsonb)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_phones text[];
  v_bsuids text[];
begin
  -- Only numbers of Mexico, Argentina and Brazil come in two forms; other answers say what we know.
  if not p_results @? '$[*] ? (@.outcome == "accepted" && (@.wa_id like_regex "^5[245]" || @.user_id != null))' then
    return;
  end if;

  select array_agg(answer.phone), array_agg(answer.bsuid)
  into v_phones, v_bsuids
  from (
    select distinct
      wa.normalize_phone(result.wa_id) as phone,
      wa.normalize_bsuid(result.user_id) as bsuid
    from jsonb_to_recordset(p_results) as result (
      id bigint, lock_token uuid, outcome text, wa_id text, user_id text
    )
    inner join public.notifications as notification
      on result.id = notification.id and result.lock_token = notification.lock_token
    inner join public.profiles as profile on notification.user_id = profile.user_id
    where result.outcome = 'accepted'
      and profile.phone_lookup_key = wa.phone_lookup_key(wa.normalize_phone(result.wa_id))
      and (
        profile.whatsapp_e164 <> wa.normalize_phone(result.wa_id)
        or profile.wa_user_id is distinct from coalesce(wa.normalize_bsuid(result.user_id), profile.wa_user_id)
      )
  ) as answer;

  if v_phones is null then
    return;
  end if;

  perform wa.lock_identities(v_phones, v_bsuids);
  perform wa.lock_profiles(v_phones, v_bsuids, wa.find_by_alias(v_bsuids, null));
  perform wa.settle_identity(learnt.phone, learnt.bsuid)
  from unnest(v_phones, v_bsuids) as learnt (phone, bsuid);
end
$$;

comment on function wa.learn_addresses(jsonb) is
'Learns from what Meta answers to a message that it accepts: the form in which it knows the number, and the BSUID beside it. Comes before anything locks a notification, since profiles are locked first.';

revoke all on function wa.learn_addresses(jsonb) from public;
grant execute on function wa.learn_addresses(jsonb) to wa_runtime;

-- functions/queue/lease_notifications.sql
create or replace function wa.lease_notifications(
  p_ids bigint[],
  p_addresses text[],
  p_worker text,
  p_lease interval
)
returns table (
  id bigint,
  lock_token uuid,
  phone_number_id text,
  request jsonb,
  upload jsonb,
  retry_count integer
)
language plpgsql
volatile
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_interval interval := make_interval(secs => wa.get_setting('pair_interval_seconds')::double precision);
begin
  return query
  with leased as (
    update public.notifications as notification
    set
      status = 'sending',
      locked_by = p_worker,
      lock_token = gen_random_uuid(),
      locked_until = clock_timestamp() + p_lease,
      last_attempt_at = clock_timestamp(),
      in_doubt_since = null,
      blocked_by = null
    from unnest(p_ids, p_addresses) as chosen (id, address)
    where notification.id = chosen.id
    returning notification.*, chosen.address
  ),

  paced as (
    insert into wa.pair_pace as pace (user_id, phone_number_id, paid_until)
    select leased.user_id, coalesce(leased.phone_number_id, ''), clock_timestamp() + v_interval
    from leased
    where leased.open_user_id is not null
      and v_interval > interval '0'
    on conflict (user_id, phone_number_id) do update
    set paid_until = greatest(pace.paid_until, clock_timestamp()) + v_interval
  )

  select
    addressed.id,
    addressed.lock_token,
    addressed.phone_number_id,
    case addressed.kind
      when 'read_receipt' then addressed.payload || '{"messaging_product": "whatsapp"}'
      else
        coalesce(addressed.media -> 'payload', addressed.payload)
        || jsonb_build_object(
          'messaging_product', 'whatsapp',
          'recipient_type', coalesce(addressed.payload ->> 'recipient_type', 'individual'),
          -- Graph takes the digits of a BSUID in "to" for a phone number and drops the message.
          case when addressed.address ~ '^[A-Z]{2}\.' then 'recipient' else 'to' end, addressed.address,
          'biz_opaque_callback_data', addressed.id::text
        )
    end,
    nullif(addressed.media -> 'upload', 'null'),
    addressed.retry_count
  from (
    select
      leased.*,
      case
        when leased.payload -> (leased.payload ->> 'type') ?| '{qr,file}'
          then wa.resolve_media(leased.payload, leased.phone_number_id)
      end as media
    from leased
  ) as addressed
  order by addressed.send_at, addressed.id;
end
$$;

comment on function wa.lease_notifications(bigint[], text[], text, interval) is
'Leases notifications, which the caller has locked, to a worker and builds their requests to these addresses.';

revoke all on function wa.lease_notifications(bigint[], text[], text, interval) from public;
grant execute on function wa.lease_notifications(bigint[], text[], text, interval) to wa_runtime;

-- functions/queue/list_failures.sql
create or replace function wa.list_failures(p_failures jsonb)
returns table (
  id bigint,
  user_id uuid,
  phone_number_id text,
  template_name text,
  decision text,
  delay interval,
  class_code text,
  class text,
  scope text,
  ends_at timestamptz,
  ends_when_user_writes boolean,
  raises_alert boolean,
  error_message text,
  alert_kind text,
  alert_key text,
  alert_detail jsonb
)
language sql
stable
set search_path = ''
as $$
  select
    failure.id,
    failure.user_id,
    failure.phone_number_id,
    case failure.scope when 'template' then coalesce(failure.payload #>> '{template,name}', '') else '' end,
    failure.decision,
    failure.delay,
    failure.class_code,
    failure.class,
    failure.scope,
    case failure.first_delay_seconds
      when 0 then 'infinity' else clock_timestamp() + make_interval(secs => failure.first_delay_seconds)
    end,
    failure.ends_when_user_writes,
    failure.raises_alert,
    failure.error_message,
    case
      when failure.class_code = 'unknown_code' then 'unknown_error_code'
      when failure.decision = 'fail' then 'notification_failed'
      else 'send_error'
    end,
    coalesce(failure.error_code::text, failure.class_code),
    jsonb_strip_nulls(
      jsonb_build_object(
        'notification_id', failure.id,
        'recipient', wa.mask_recipient(failure.recipient),
        'error_code', failure.error_code,
        'class', failure.class,
        'http_status', failure.http_status
      )
    )
  from jsonb_to_recordset(p_failures) as failure (
    id bigint, user_id uuid, recipient text, phone_number_id text, payload jsonb, decision text, delay interval,
    class_code text, class text, scope text, first_delay_seconds integer, ends_when_user_writes boolean,
    raises_alert boolean, error_code integer, error_message text, http_status integer
  )
$$;

comment on function wa.list_failures(jsonb) is
'Failed attempts as wa.apply_send_failures describes them, with the end of what they bring about (a block or a pause) and the alert that they may raise.';

revoke all on function wa.list_failures(jsonb) from public;
grant execute on function wa.list_failures(jsonb) to wa_runtime;

-- functions/queue/list_sending_numbers.sql
create or replace function wa.list_sending_numbers()
returns setof text
language plpgsql
stable
set search_path = ''
as $$
begin
  -- New numbers are looked for between the known ones: one index probe each, whatever the backlog.
  return query
  with known as (
    select
      pace.phone_number_id,
      pace.paid_until,
      lead(pace.phone_number_id) over (order by pace.phone_number_id) as following
    from wa.number_pace as pace
  ),

  listed as (
    select known.phone_number_id, known.paid_until
    from known
    union all
    select
      (
        select coalesce(notification.phone_number_id, '')
        from public.notifications as notification
        where notification.due_at is not null
          and coalesce(notification.phone_number_id, '') > known.phone_number_id
          and coalesce(notification.phone_number_id, '') < known.following
        order by coalesce(notification.phone_number_id, '')
        limit 1
      ),
      '-infinity'
    from known
    where known.following is not null
    union all
    select
      (
        select coalesce(notification.phone_number_id, '')
        from public.notifications as notification
        where notification.due_at is not null
          and coalesce(notification.phone_number_id, '') > known.phone_number_id
        order by coalesce(notification.phone_number_id, '')
        limit 1
      ),
      '-infinity'
    from known
    where known.following is null
  )

  select listed.phone_number_id
  from listed
  where listed.phone_number_id is not null
  order by listed.paid_until, listed.phone_number_id;
end
$$;

comment on function wa.list_sending_numbers() is
'The business numbers that may have something to send, the one that has sent least lately first. Empty text stands for the notifier''s own.';

revoke all on function wa.list_sending_numbers() from public;
grant execute on function wa.list_sending_numbers() to wa_runtime;

-- functions/queue/mask_recipient.sql
create or replace function wa.mask_recipient(p_recipient text)
returns text
language sql
immutable
set search_path = ''
as $$
  select left(p_recipient, 4) || '***' || right(p_recipient, 2);
$$;

comment on function wa.mask_recipient(text) is
'A phone number, BSUID or group id as logs may show it: enough to recognise, too little to dial.';

revoke all on function wa.mask_recipient(text) from public;
grant execute on function wa.mask_recipient(text) to wa_runtime;

-- functions/queue/match_statuses.sql
create or replace function wa.match_statuses(p_statuses jsonb)
returns table (
  notification_id bigint,
  wa_message_id text,
  status text,
  happened_at timestamptz,
  error jsonb
)
language plpgsql
volatile
set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
  with received as materialized (
    select
      status.value ->> 'id' as wa_message_id,
      status.value ->> 'status' as status,
      status.value ->> 'phone_number_id' as phone_number_id,
      case
        when status.value ->> 'biz_opaque_callback_data' ~ '^[0-9]{1,18}$'
          then (status.value ->> 'biz_opaque_callback_data')::bigint
      end as callback_id,
      case
        when status.value ->> 'timestamp' ~ '^[0-9]{1,10}$'
          then to_timestamp((status.value ->> 'timestamp')::double precision)
        else clock_timestamp()
      end as happened_at,
      status.value #> '{errors,0}' as error
    from jsonb_array_elements(p_statuses) as status
  ),

  -- Other apps of the account may use the same callback data: it counts for a row that was sent from that
  -- number, and, once the row's message id is known to be another, only as proof of delivery.
  candidate as materialized (
    select notification.id
    from public.notifications as notification
    where notification.id in (select received.callback_id from received)
    union
    select notification.id
    from public.notifications as notification
    where notification.wa_message_id in (select received.wa_message_id from received)
  ),

  held as materialized (
    select
      notification.id,
      notification.wa_message_id,
      notification.phone_number_id,
      notification.status <> 'queued' or notification.last_attempt_at is not null as was_attempted
    from public.notifications as notification
    where notification.id in (select candidate.id from candidate)
    order by notification.id
    for update
  )

  select matched.id, received.wa_message_id, received.status, received.happened_at, received.error
  from received
  left join lateral (
    select held.id
    from held
    where (
      held.id = received.callback_id
      and held.was_attempted
      and coalesce(held.phone_number_id = received.phone_number_id, true)
    )
    or held.wa_message_id = received.wa_message_id
    order by (held.id = received.callback_id) desc nulls last
    limit 1
  ) as matched on true;
end
$$;

comment on function wa.match_statuses(jsonb) is
'Finds and locks, in id order, the notifications that statuses speak of: by our callback data, else by Meta''s message id.';

revoke all on function wa.match_statuses(jsonb) from public;
grant execute on function wa.match_statuses(jsonb) to wa_runtime;

-- functions/queue/open_number.sql
create or replace function wa.open_number(p_phone_number_id text, p_may_wait boolean)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_rate double precision;
  v_burst double precision;
  v_pace wa.number_pace;
begin
  select coalesce(pace.rate_per_second, wa.get_setting('number_rate_per_second')::double precision) into v_rate
  from wa.number_pace as pace
  where pace.phone_number_id = p_phone_number_id;

  if not found then
    v_rate := wa.get_setting('number_rate_per_second')::double precision;
    insert into wa.number_pace (phone_number_id)
    values (p_phone_number_id)
    on conflict (phone_number_id) do nothing;
  end if;

  -- Unlimited numbers are not locked, so that their claims never wait for each other.
  if v_rate = 0 then
    return case
      when exists (
        select from wa.number_pace as pace
        where pace.phone_number_id = p_phone_number_id and pace.held_until > clock_timestamp()
      ) then 0
      else 2147483647
    end;
  end if;

  if p_may_wait then
    select pace.* into strict v_pace
    from wa.number_pace as pace
    where pace.phone_number_id = p_phone_number_id
    for update;
  else
    select pace.* into v_pace
    from wa.number_pace as pace
    where pace.phone_number_id = p_phone_number_id
    for update skip locked;

    if not found then
      return 0;
    end if;
  end if;

  if v_pace.held_until > clock_timestamp() then
    return 0;
  end if;

  v_burst := wa.get_setting('number_burst_seconds')::double precision;
  return greatest(
    0,
    floor(
      v_rate * (
        v_burst - greatest(0, extract(epoch from greatest(v_pace.paid_until, clock_timestamp()) - clock_timestamp()))
      )
    )
  );
end
$$;

comment on function wa.open_number(text, boolean) is
'How many messages a business number may send now. Locks its pace until the transaction ends, unless the rate is unlimited; wa.charge_number takes what was used. Without p_may_wait, none when another worker holds the lock.';

revoke all on function wa.open_number(text, boolean) from public;
grant execute on function wa.open_number(text, boolean) to wa_runtime;

-- functions/queue/park_blocked.sql
create or replace function wa.park_blocked(p_ids bigint[])
returns bigint[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_recheck interval := make_interval(secs => wa.get_setting('blocked_recheck_seconds')::double precision);
  v_left_over bigint[];
begin
  -- Settling the one in front waits for the lock taken here, and then sees what is parked behind it.
  -- When it is being settled just now, nothing is parked behind it.
  with blocked as materialized (
    select notification.id, notification.priority, head.id as head_id
    from public.notifications as notification
    cross join lateral (
      select earlier.id
      from public.notifications as earlier
      where earlier.open_user_id = notification.open_user_id
        and (earlier.send_at, earlier.id) < (notification.send_at, notification.id)
      order by earlier.send_at, earlier.id
      limit 1
    ) as head
    where notification.id = any(p_ids)
  ),

  head as materialized (
    select notification.id
    from public.notifications as notification
    where notification.id in (select blocked.head_id from blocked)
      and notification.open_user_id is not null
    order by notification.id
    for no key update skip locked
  ),

  parked as (
    update public.notifications as notification
    set blocked_by = head.id, next_attempt_at = clock_timestamp() + v_recheck
    from blocked
    inner join head on blocked.head_id = head.id
    where notification.id = blocked.id
    returning notification.id
  ),

  -- What is urgent hurries what it waits for.
  hurried as (
    update public.notifications as notification
    set priority = urgent.priority
    from (
      select blocked.head_id, min(blocked.priority) as priority
      from blocked
      group by blocked.head_id
    ) as urgent
    inner join head on urgent.head_id = head.id
    where notification.id = urgent.head_id
      and notification.status = 'queued'
      and notification.priority > urgent.priority
  )

  select coalesce(array_agg(blocked.id), '{}') into v_left_over
  from blocked
  where blocked.id not in (select parked.id from parked);

  return v_left_over;
end
$$;

comment on function wa.park_blocked(bigint[]) is
'Takes notifications that wait for an earlier one of their user, which the caller has locked, off the due list until that one is settled. Returns those whose earlier one is locked by somebody else, so that they could not be parked.';

revoke all on function wa.park_blocked(bigint[]) from public;
grant execute on function wa.park_blocked(bigint[]) to wa_runtime;

-- functions/queue/pause_queue.sql
create or replace function wa.pause_queue(p_reason text, p_until timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
begin
  update wa.queue_state as state
  set
    paused_until = p_until,
    paused_reason = p_reason
  where state.paused_until is null or state.paused_until < p_until;

  if not found then
    return '[]'::jsonb;
  end if;

  -- The reason may quote Meta, the group is what it begins with: error 190, or a person's words.
  perform wa.raise_alert(
    'queue_paused',
    split_part(p_reason, ':', 1),
    jsonb_build_object('reason', wa.mask_numbers(left(p_reason, 500)), 'until', p_until)
  );

  return jsonb_build_array(
    jsonb_build_object('event', 'NOTIFY_QUEUE_PAUSED', 'level', 'error', 'reason', p_reason, 'until', p_until)
  );
end
$$;

comment on function wa.pause_queue(text, timestamptz) is
'Stops claiming until then, unless it is already stopped for longer, and raises the alert. Returns the event.';

revoke all on function wa.pause_queue(text, timestamptz) from public;
grant execute on function wa.pause_queue(text, timestamptz) to wa_runtime;

-- functions/queue/prepare_notification.sql
create or replace function wa.prepare_notification()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_delivery jsonb := new.payload -> 'delivery';
begin
  if new.kind = 'read_receipt' then
    if coalesce(new.payload ->> 'message_id', '') = '' then
      raise exception using
        errcode = 'WA011',
        message = 'a read receipt names the message_id that was read',
        hint = 'Queue {"status": "read", "message_id": "wamid..."}.';
    end if;
    return new;
  end if;

  if v_delivery is not null then
    if jsonb_typeof(v_delivery) <> 'object'
      or v_delivery - '{expires_at,expires_in_seconds,outside_window,template,to_opted_out}'::text[] <> '{}'
    then
      raise exception using
        errcode = 'WA011',
        message = 'payload.delivery holds something unknown',
        hint = 'It takes expires_at, expires_in_seconds, outside_window, template and to_opted_out.';
    end if;
    new.payload := new.payload - 'delivery';
    new.expires_at := coalesce(
      (v_delivery ->> 'expires_at')::timestamptz,
      new.send_at + make_interval(secs => (v_delivery ->> 'expires_in_seconds')::double precision),
      new.expires_at
    );
    new.fallback_template := coalesce(v_delivery -> 'template', new.fallback_template);
    new.outside_window := coalesce(
      v_delivery ->> 'outside_window',
      case when v_delivery ? 'template' then 'template' end,
      new.outside_window
    );
    new.to_opted_out := coalesce((v_delivery ->> 'to_opted_out')::boolean, new.to_opted_out);
  end if;

  if not wa.is_sound_list(new.payload) then
    perform wa.check_payload(new.payload);
  end if;

  if new.fallback_template is not null then
    if new.fallback_template ->> 'type' is distinct from 'template' then
      raise exception using
        errcode = 'WA011',
        message = 'only a template can be sent outside the 24-hour window',
        hint = 'delivery.template is the body of a template message: {"type": "template", "template": {...}}.';
    end if;
    perform wa.check_payload(new.fallback_template);
  end if;
  return new;
end
$$;

grant create on schema wa to wa_runtime;
alter function wa.prepare_notification() owner to wa_runtime;
revoke create on schema wa from wa_runtime;

comment on function wa.prepare_notification() is
'Nothing that Meta would refuse is queued, whoever inserts it. payload.delivery sets how it is delivered: expires_at or expires_in_seconds, outside_window (wait, template, cancel), template, to_opted_out.';

revoke all on function wa.prepare_notification() from public;

-- The condition spares the most common message, a plain text, the call.
create or replace trigger notifications_prepare
before insert or update of payload, fallback_template on public.notifications
for each row
when (
  (
    new.kind = 'message'
    and new.payload ->> 'type' = 'text'
    and char_length(new.payload #>> '{text,body}') between 1 and 4096
    and not new.payload ?| '{delivery,to,recipient,biz_opaque_callback_data}'
    and new.payload #>> '{text,body}' ~ '\S'
    and new.fallback_template is null
  ) is not true
)
execute function wa.prepare_notification();

comment on trigger notifications_prepare on public.notifications is
'Checks the payload and takes its delivery options.';

-- functions/queue/queue_replies.sql
create or replace function wa.queue_replies(p_outcomes wa.chat_outcome[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_receipts constant text := wa.get_setting('read_receipts') #>> '{}';
  v_has_queued boolean;
begin
  insert into public.notifications
    (user_id, recipient, phone_number_id, payload, priority, send_at, next_attempt_at)
  select
    outcome.user_id, outcome.recipient, outcome.phone_number_id, reply.body, 0, outcome.answered_at, outcome.answered_at
  from unnest(p_outcomes) as outcome
  cross join lateral jsonb_array_elements(outcome.replies) with ordinality as reply (body, position)
  order by outcome.answered_at, reply.position;
  v_has_queued := found;

  if v_receipts <> 'none' then
    insert into public.notifications
      (user_id, recipient, phone_number_id, kind, payload, priority, send_at, next_attempt_at, expires_at)
    select
      outcome.user_id,
      outcome.recipient,
      outcome.phone_number_id,
      'read_receipt',
      jsonb_build_object('status', 'read', 'message_id', outcome.wa_message_id)
      || case when shows.typing then '{"typing_indicator": {"type": "text"}}' else '{}' end::jsonb,
      1,
      outcome.answered_at,
      outcome.answered_at,
      outcome.answered_at + case when shows.typing then interval '20 seconds' else interval '1 day' end
    from unnest(p_outcomes) as outcome
    cross join lateral (select v_receipts = 'typing' and outcome.replies = '[]') as shows (typing)
    where outcome.wa_message_id is not null;
    v_has_queued := v_has_queued or found;
  end if;

  if v_has_queued then
    perform wa.wake_notifier();
  end if;

  perform wa.emit_event(
    'NOTIFY_QUEUE',
    jsonb_build_object(
      'recipient', wa.mask_recipient(outcome.recipient),
      'count', jsonb_array_length(outcome.replies)
    )
  )
  from unnest(p_outcomes) as outcome
  where outcome.replies <> '[]';
end
$$;

comment on function wa.queue_replies(wa.chat_outcome[]) is
'Queues what steps answered, in order: arrays of Graph API message bodies without recipient. Also queues the read receipt of each message answered, if the setting read_receipts says so. The caller holds the profiles'' locks.';

revoke all on function wa.queue_replies(wa.chat_outcome[]) from public;
grant execute on function wa.queue_replies(wa.chat_outcome[]) to wa_runtime;

-- functions/queue/release_successors.sql
create or replace function wa.release_successors(p_user_ids uuid[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_found bigint;
begin
  -- Whoever parks a row holds the lock of the row in front, and so does our caller: what was parked is seen here.
  with successor as materialized (
    select next_one.id
    from unnest(p_user_ids) as settled (user_id)
    cross join lateral (
      select open_one.id
      from public.notifications as open_one
      where open_one.open_user_id = settled.user_id
      order by open_one.send_at, open_one.id
      limit 1
    ) as next_one
  ),

  released as (
    update public.notifications as notification
    set
      blocked_by = null,
      next_attempt_at = clock_timestamp(),
      priority = case
        when notification.priority = 0 then 0
        else (
          select min(waiting.priority)
          from public.notifications as waiting
          where waiting.open_user_id = notification.open_user_id
        )
      end
    where notification.id in (
      select queued.id
      from public.notifications as queued
      where queued.id in (select successor.id from successor)
        and queued.status = 'queued'
        and (queued.blocked_by is not null or queued.next_attempt_at <= clock_timestamp())
      -- Not skip locked: a claim also locks rows that were parked a moment ago, only to find them not due, and
      -- one that is passed over here would stay parked. The claim is about to commit.
      order by queued.id
      for update
    )
  )

  select count(*) into v_found
  from successor;

  if v_found > 0 then
    perform wa.wake_notifier();
  end if;
end
$$;

comment on function wa.release_successors(uuid[]) is
'Makes the first open notification of each user due from now on, after the one before it was settled: at the end of the line, so that users take turns, and as urgent as what waits behind it. The caller holds the lock of the settled ones.';

revoke all on function wa.release_successors(uuid[]) from public;
grant execute on function wa.release_successors(uuid[]) to wa_runtime;

-- functions/queue/release_waiting.sql
create or replace function wa.release_waiting(p_user_ids uuid[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_has_waiting boolean;
  v_has_blocks boolean;
begin
  -- Most users have neither, and looking costs less than updating nothing. Counted, since for exists the planner
  -- may hope to meet a waiting one soon in the whole table.
  select
    (
      select count(*) > 0 from public.notifications as waiting
      where waiting.user_id = any(p_user_ids) and waiting.waiting_for is not null
    ),
    (
      select count(*) > 0 from wa.recipient_blocks as block
      where block.user_id = any(p_user_ids) and block.ends_when_user_writes
    )
  into v_has_waiting, v_has_blocks;

  if v_has_waiting then
    update public.notifications
    set waiting_for = null, next_attempt_at = clock_timestamp()
    where notifications.id in (
      select waiting.id
      from public.notifications as waiting
      where waiting.user_id = any(p_user_ids)
        and waiting.waiting_for is not null
      order by waiting.id
      for update
    );

    if found then
      perform wa.wake_notifier();
    end if;
  end if;

  if v_has_blocks then
    delete from wa.recipient_blocks
    where recipient_blocks.ctid = any(
      array(
        select block.ctid
        from wa.recipient_blocks as block
        where block.user_id = any(p_user_ids)
          and block.ends_when_user_writes
        order by block.user_id, block.template_name
        for update
      )
    );
  end if;
end
$$;

comment on function wa.release_waiting(uuid[]) is
'These users have just written: what waited for their next message becomes due, and blocks that end with it end.';

revoke all on function wa.release_waiting(uuid[]) from public;
grant execute on function wa.release_waiting(uuid[]) to wa_runtime;

-- functions/queue/requeue_failed_notification.sql
create or replace function wa.requeue_failed_notification()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  new.retries_forgiven := new.retry_count;
  new.wait_count := 0;
  new.failed_at := null;
  new.in_doubt_since := null;
  new.blocked_by := null;
  new.waiting_for := null;
  new.lock_token := null;
  new.locked_until := null;

  -- The operator wants it sent: a block would only fail it again.
  delete from wa.recipient_blocks
  where recipient_blocks.user_id = new.user_id;

  perform pg_notify('wa_notifications', '');
  return new;
end
$$;

grant create on schema wa to wa_runtime;
alter function wa.requeue_failed_notification() owner to wa_runtime;
revoke create on schema wa from wa_runtime;

comment on function wa.requeue_failed_notification() is
'A failed notification that somebody queues again gets its full retries, loses its recipient''s block, and wakes the notifier.';

revoke all on function wa.requeue_failed_notification() from public;

create or replace trigger notifications_requeue_failed
before update of status on public.notifications
for each row
when (old.status = 'failed' and new.status = 'queued')
execute function wa.requeue_failed_notification();

comment on trigger notifications_requeue_failed on public.notifications is 'The runbook''s drain.';

-- functions/queue/require_recipient.sql
create or replace function wa.require_recipient(p_recipient text)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if coalesce(p_recipient, '') !~ '^(\+[1-9][0-9]{6,14}|[A-Z]{2}\.[A-Za-z0-9]{1,128})$' then
    raise exception using
      errcode = 'WA010',
      message = 'the recipient is neither a phone number nor a BSUID',
      detail = format('It is %s.', coalesce(wa.mask_recipient(p_recipient), 'null')),
      hint = 'Write a phone number with plus sign and country code, such as +34600111222, or a BSUID, such as ES.99887766.';
  end if;
end
$$;

comment on function wa.require_recipient(text) is 'Raises WA010 unless messages can be sent to this.';

revoke all on function wa.require_recipient(text) from public;
grant execute on function wa.require_recipient(text) to wa_runtime;

-- functions/queue/resolve_media.sql
create or replace function wa.resolve_media(p_payload jsonb, p_phone_number_id text)
returns jsonb
language sql
stable
set search_path = ''
as $$
  with media as (
    select
      p_payload ->> 'type' as type,
      p_payload -> (p_payload ->> 'type') as body,
      wa.get_media_cache_key(p_payload, p_phone_number_id) as cache_key
  )

  select jsonb_build_object(
    'payload', jsonb_set(
      p_payload,
      array[media.type],
      (media.body - '{qr,file,mime_type}'::text[])
      || case when cached.media_id is null then '{}' else jsonb_build_object('id', cached.media_id) end
    ),
    'upload', case
      when cached.media_id is not null then null
      when media.body ? 'qr'
        then jsonb_build_object('kind', 'qr', 'content', media.body ->> 'qr', 'cache_key', media.cache_key)
      else jsonb_build_object(
        'kind', 'file',
        'path', media.body ->> 'file',
        'mime_type', media.body ->> 'mime_type',
        'cache_key', media.cache_key
      )
    end
  )
  from media
  left join wa.media_cache as cached
    on media.cache_key = cached.cache_key and cached.expires_at > clock_timestamp();
$$;

comment on function wa.resolve_media(jsonb, text) is
'For a payload whose media is a qr or a file: {"payload", "upload"}, the payload with the id of an earlier upload, or upload saying what has to be uploaded first.';

revoke all on function wa.resolve_media(jsonb, text) from public;
grant execute on function wa.resolve_media(jsonb, text) to wa_runtime;

-- functions/queue/settle_accepted.sql
create or replace function wa.settle_accepted(p_results jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_users uuid[];
  v_events jsonb;
  v_sent integer;
begin
  with accepted as materialized (
    select result.*, notification.status in ('queued', 'sending') as is_news
    from jsonb_to_recordset(p_results) as result (
      id bigint, outcome text, wa_message_id text, duration_ms integer, media jsonb
    )
    inner join public.notifications as notification on result.id = notification.id
    where result.outcome = 'accepted'
  ),

  settled as (
    update public.notifications as notification
    set
      status = case when notification.status in ('queued', 'sending') then 'sent' else notification.status end,
      sent_at = coalesce(notification.sent_at, clock_timestamp()),
      wa_message_id = coalesce(accepted.wa_message_id, notification.wa_message_id),
      locked_until = null,
      in_doubt_since = null,
      wait_count = 0
    from accepted
    where notification.id = accepted.id
    returning
      notification.id, notification.user_id, notification.kind, notification.recipient,
      notification.retry_count, notification.created_at, accepted.duration_ms, accepted.is_news
  ),

  cached as (
    insert into wa.media_cache as media (cache_key, media_id, expires_at)
    select distinct on (accepted.media ->> 'cache_key')
      accepted.media ->> 'cache_key',
      accepted.media ->> 'media_id',
      clock_timestamp() + make_interval(secs => 86400 * wa.get_setting('media_ttl_days')::double precision)
    from accepted
    where accepted.media ->> 'cache_key' is not null
      and accepted.media ->> 'media_id' is not null
    order by accepted.media ->> 'cache_key'
    on conflict (cache_key) do update
    set media_id = excluded.media_id, expires_at = excluded.expires_at
  )

  select
    array_agg(settled.user_id) filter (where settled.kind = 'message' and settled.user_id is not null),
    jsonb_agg(
      jsonb_build_object(
        'event', 'NOTIFY_SEND_OK',
        'level', 'info',
        'id', settled.id,
        'recipient', wa.mask_recipient(settled.recipient),
        'retry_count', settled.retry_count,
        'duration_ms', settled.duration_ms,
        'queued_ms', round(extract(epoch from clock_timestamp() - settled.created_at) * 1000)
      )
      order by settled.id
    ) filter (where settled.is_news),
    count(*)
  into v_users, v_events, v_sent
  from settled;

  if v_users is not null then
    perform wa.release_successors(v_users);
  end if;
  return jsonb_build_object('sent', v_sent, 'events', coalesce(v_events, '[]'));
end
$$;

comment on function wa.settle_accepted(jsonb) is
'Settles the accepted ones among results whose rows the caller has locked, and remembers uploaded media. A row that a status has settled already makes no second event.';

revoke all on function wa.settle_accepted(jsonb) from public;
grant execute on function wa.settle_accepted(jsonb) to wa_runtime;

-- functions/queue/settle_failed.sql
create or replace function wa.settle_failed(p_results jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_failures jsonb;
  v_settled_already integer;
  v_forgotten text[];
begin
  with forgotten as (
    delete from wa.media_cache as cached
    where cached.cache_key in (
      select wa.get_media_cache_key(notification.payload, notification.phone_number_id)
      from jsonb_array_elements(p_results) as result
      inner join public.notifications as notification on (result.value ->> 'id')::bigint = notification.id
      where result.value ->> 'outcome' = 'rejected'
        and result.value ->> 'error_code' in ('100', '131009', '131052', '131053')
        and result.value #>> '{media,media_id}' is null
    )
    returning cached.cache_key
  )

  select array_agg(forgotten.cache_key) into v_forgotten
  from forgotten;

  select
    jsonb_agg(
      jsonb_build_object(
        'id', notification.id,
        -- The id of an earlier upload was refused: the next attempt uploads again.
        'outcome', case
          when wa.get_media_cache_key(notification.payload, notification.phone_number_id) = any(v_forgotten)
            then 'stale_media'
          else result.value ->> 'outcome'
        end,
        'http_status', result.value -> 'http_status',
        'error_code', result.value -> 'error_code',
        'error_message', result.value -> 'error_message',
        'fbtrace_id', result.value -> 'fbtrace_id',
        'retry_after_seconds', result.value -> 'retry_after_seconds'
      )
    ) filter (
      where notification.status = 'sending'
        or (notification.status = 'queued' and result.value ->> 'outcome' <> 'unknown')
    ),
    count(*) filter (
      where notification.status <> 'sending'
        and not (notification.status = 'queued' and result.value ->> 'outcome' <> 'unknown')
    )
  into v_failures, v_settled_already
  from jsonb_array_elements(p_results) as result
  inner join public.notifications as notification on (result.value ->> 'id')::bigint = notification.id
  where result.value ->> 'outcome' <> 'accepted';

  if v_failures is null then
    return jsonb_build_object('stale', v_settled_already);
  end if;

  return wa.apply_send_failures(v_failures) || jsonb_build_object('stale', v_settled_already);
end
$$;

comment on function wa.settle_failed(jsonb) is
'Applies the failed ones among results whose rows the caller has locked. A row that a status has settled meanwhile stays settled.';

revoke all on function wa.settle_failed(jsonb) from public;
grant execute on function wa.settle_failed(jsonb) to wa_runtime;

-- functions/queue/wa_notification_cancel.sql
create or replace function public.wa_notification_cancel(id bigint)
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_user_id uuid;
begin
  update public.notifications as notification
  set status = 'cancelled', blocked_by = null, waiting_for = null, in_doubt_since = null
  where notification.id = wa_notification_cancel.id
    and notification.status = 'queued'
  returning notification.user_id into v_user_id;

  if not found then
    return false;
  end if;
  if v_user_id is not null then
    perform wa.release_successors(array[v_user_id]);
  end if;
  return true;
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_notification_cancel(bigint) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_notification_cancel(bigint) is
'Cancels a notification that is still queued. False: it was not, being sent, settled or unknown.';

revoke all on function public.wa_notification_cancel(bigint) from public;
grant execute on function public.wa_notification_cancel(bigint) to wa_operator_role;

-- functions/queue/wa_notifications_claim.sql
create or replace function public.wa_notifications_claim(
  worker text,
  batch integer default 10,
  lease interval default interval '60 seconds'
)
returns table (
  id bigint,
  lock_token uuid,
  phone_number_id text,
  request jsonb,
  upload jsonb,
  retry_count integer
)
language plpgsql
volatile
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_number text;
  v_allowed integer;
  v_claimed integer;
  v_is_first boolean := true;
  v_left integer := batch;
begin
  if coalesce(worker, '') = '' or coalesce(batch, 0) not between 1 and 1000 or not lease > interval '0' then
    raise exception using
      errcode = 'WA013',
      message = 'a claim names its worker, a batch of 1 to 1000, and a lease longer than nothing',
      hint = 'For example: select * from wa_notifications_claim(''worker-1'', 10, ''60 seconds'').';
  end if;

  if not exists (select from wa.queue_state as state where state.paused_until > clock_timestamp()) then
    for v_number in select * from wa.list_sending_numbers() loop
      -- Whoever holds one number does not wait for the next: two claims could wait for each other.
      v_allowed := least(v_left, wa.open_number(v_number, v_is_first));
      v_is_first := false;

      return query
      select claimed.*
      from wa.claim_from_number(v_number, worker, v_allowed, lease) as claimed;

      get diagnostics v_claimed = row_count;
      perform wa.charge_number(v_number, v_claimed);
      v_left := v_left - v_claimed;
      exit when v_left <= 0;
    end loop;
  end if;

  -- A worker whose batch is not full may fall asleep; from now on producers wake it.
  update wa.queue_state
  set notifier_waits = (v_left > 0)
  where queue_state.ctid = any(
    array(
      select state.ctid
      from wa.queue_state as state
      where state.notifier_waits <> (v_left > 0)
      for update skip locked
    )
  );
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_notifications_claim(text, integer, interval) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_notifications_claim(text, integer, interval) is
'Hands a worker up to batch due notifications for as long as the lease: oldest first, one at a time for each user, within the pace of each business number. Every row is settled with its lock_token by wa_notifications_settle. request is the whole Graph API body; upload, when not null, names media to upload first and to put in as id.';

revoke all on function public.wa_notifications_claim(text, integer, interval) from public;
grant execute on function public.wa_notifications_claim(text, integer, interval) to wa_notifier_role;

-- functions/queue/wa_notifications_settle.sql
create or replace function public.wa_notifications_settle(results jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_owned jsonb;
  v_stale bigint[];
  v_accepted jsonb;
  v_failed jsonb;
begin
  if jsonb_typeof(results) is distinct from 'array' then
    raise exception using
      errcode = 'WA014',
      message = 'results must be an array of results',
      hint = 'Each has id, lock_token and outcome; see docs/outbox.md.';
  end if;

  perform wa.learn_addresses(results);

  -- Whoever shows the token of a lease settles the row, also when the lease has run out but nobody else
  -- has claimed the row since: what this worker knows is what the row in doubt waits for.
  with held as materialized (
    select
      notification.id,
      notification.lock_token,
      notification.status in ('sending', 'sent', 'delivered', 'read')
      or notification.in_doubt_since is not null as is_settleable
    from public.notifications as notification
    where notification.id in (select (result.value ->> 'id')::bigint from jsonb_array_elements(results) as result)
    order by notification.id
    for update
  )

  select
    jsonb_agg(result.value order by held.id) filter (where held.id is not null),
    array_agg((result.value ->> 'id')::bigint) filter (where held.id is null)
  into v_owned, v_stale
  from jsonb_array_elements(results) as result
  left join held
    on (result.value ->> 'id')::bigint = held.id
    and (result.value ->> 'lock_token')::uuid = held.lock_token
    and held.is_settleable;

  if v_owned is not null then
    v_accepted := wa.settle_accepted(v_owned);
    if v_owned @? '$[*] ? (@.outcome != "accepted")' then
      v_failed := wa.settle_failed(v_owned);
    end if;
  end if;

  return jsonb_build_object(
    'sent', coalesce((v_accepted ->> 'sent')::integer, 0),
    'retried', coalesce((v_failed ->> 'retried')::integer, 0),
    'waiting', coalesce((v_failed ->> 'waiting')::integer, 0),
    'failed', coalesce((v_failed ->> 'failed')::integer, 0),
    'in_doubt', coalesce((v_failed ->> 'in_doubt')::integer, 0),
    'stale', coalesce(cardinality(v_stale), 0) + coalesce((v_failed ->> 'stale')::integer, 0),
    'paused', exists (select from wa.queue_state as state where state.paused_until > clock_timestamp()),
    'events', coalesce(v_accepted -> 'events', '[]') || coalesce(v_failed -> 'events', '[]')
  );
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_notifications_settle(jsonb) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_notifications_settle(jsonb) is
'Takes what happened to claimed notifications: an array of results with id, lock_token, outcome (accepted, rejected, not_sent, unknown) and what Meta answered. Returns counts and events; stale counts results whose row somebody else owns or has settled.';

revoke all on function public.wa_notifications_settle(jsonb) from public;
grant execute on function public.wa_notifications_settle(jsonb) to wa_notifier_role;

-- functions/queue/wa_notify.sql
create or replace function public.wa_notify(
  recipient text,
  payload jsonb,
  send_at timestamptz default now(),
  dedupe_key text default null
)
returns bigint
language plpgsql
volatile
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_timestamp();
  v_send_at timestamptz := greatest(wa_notify.send_at, v_now);
  v_id bigint;
begin
  perform wa.require_recipient(wa_notify.recipient);

  insert into public.notifications as notification
    (user_id, recipient, payload, send_at, next_attempt_at, dedupe_key)
  values (
    wa.find_or_create_profile(
      case when wa_notify.recipient like '+%' then wa_notify.recipient end,
      case when wa_notify.recipient not like '+%' then wa_notify.recipient end
    ),
    wa_notify.recipient,
    wa_notify.payload,
    v_send_at,
    v_send_at,
    wa_notify.dedupe_key
  )
  on conflict (dedupe_key) do nothing
  returning notification.id into v_id;

  if v_id is null then
    return (
      select notification.id
      from public.notifications as notification
      where notification.dedupe_key = wa_notify.dedupe_key
    );
  end if;

  perform wa.emit_event(
    'NOTIFY_QUEUE',
    jsonb_build_object('id', v_id, 'recipient', wa.mask_recipient(wa_notify.recipient), 'send_at', v_send_at)
  );
  if v_send_at = v_now then
    perform wa.wake_notifier();
  end if;
  return v_id;
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_notify(text, jsonb, timestamptz, text) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_notify(text, jsonb, timestamptz, text) is
'Queues a message: recipient is a phone number with plus sign or a BSUID, payload the body of a Graph API message without recipient, with delivery options under payload.delivery (docs/outbox.md). Returns its id, or the id of the one already queued under dedupe_key. Raises WA010 for the recipient, WA011 for the payload.';

revoke all on function public.wa_notify(text, jsonb, timestamptz, text) from public;
grant execute on function public.wa_notify(text, jsonb, timestamptz, text) to wa_operator_role;

-- functions/queue/wa_notify_many.sql
create or replace function public.wa_notify_many(
  recipients text[],
  payload jsonb,
  send_at timestamptz default now(),
  dedupe_prefix text default null
)
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_timestamp();
  v_send_at timestamptz := greatest(wa_notify_many.send_at, v_now);
  v_queued integer;
begin
  perform wa.require_recipient(addressee.recipient)
  from unnest(wa_notify_many.recipients) as addressee (recipient);

  -- In a fixed order, so that two broadcasts which create the same profiles do not wait for each other.
  with addressee as materialized (
    select
      ordered.recipient,
      wa.find_or_create_profile(
        case when ordered.recipient like '+%' then ordered.recipient end,
        case when ordered.recipient not like '+%' then ordered.recipient end
      ) as user_id
    from (
      select distinct given.recipient
      from unnest(wa_notify_many.recipients) as given (recipient)
      order by given.recipient
    ) as ordered
  )

  insert into public.notifications (user_id, recipient, payload, priority, send_at, next_attempt_at, dedupe_key)
  select distinct on (addressee.user_id)
    addressee.user_id,
    addressee.recipient,
    wa_notify_many.payload,
    2,
    v_send_at,
    v_send_at,
    wa_notify_many.dedupe_prefix || ':' || addressee.user_id
  from addressee
  order by addressee.user_id
  on conflict (dedupe_key) do nothing;

  get diagnostics v_queued = row_count;
  perform wa.emit_event('NOTIFY_QUEUE', jsonb_build_object('count', v_queued, 'send_at', v_send_at));
  if v_queued > 0 and v_send_at = v_now then
    perform wa.wake_notifier();
  end if;
  return v_queued;
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_notify_many(text[], jsonb, timestamptz, text) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_notify_many(text[], jsonb, timestamptz, text) is
'A broadcast: queues one message for every different person among the recipients, behind replies and single messages. With dedupe_prefix, nobody gets it twice, also when the call is repeated. Returns how many were queued.';

revoke all on function public.wa_notify_many(text[], jsonb, timestamptz, text) from public;
grant execute on function public.wa_notify_many(text[], jsonb, timestamptz, text) to wa_operator_role;

-- functions/queue/wa_queue_pause.sql
create or replace function public.wa_queue_pause(reason text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_event jsonb;
begin
  if coalesce(btrim(reason), '') = '' then
    raise exception using
      errcode = 'WA015',
      message = 'a pause has a reason',
      hint = 'Say why, for whoever finds the queue paused: select wa_queue_pause(''template under review'').';
  end if;

  v_event := wa.pause_queue(reason, 'infinity') -> 0;
  if v_event is not null then
    perform wa.emit_event(v_event ->> 'event', v_event - '{event,level}'::text[], v_event ->> 'level');
  end if;
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_queue_pause(text) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_queue_pause(text) is
'Stops claiming until wa_queue_resume(). What is queued stays queued, what is being sent is still settled.';

revoke all on function public.wa_queue_pause(text) from public;
grant execute on function public.wa_queue_pause(text) to wa_operator_role;

-- functions/queue/wa_queue_resume.sql
create or replace function public.wa_queue_resume()
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  update wa.queue_state
  set paused_until = null, paused_reason = null
  where queue_state.paused_until is not null;

  perform pg_notify('wa_notifications', '');
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_queue_resume() owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_queue_resume() is 'Continues claiming after a pause, and wakes the notifier.';

revoke all on function public.wa_queue_resume() from public;
grant execute on function public.wa_queue_resume() to wa_operator_role;

-- functions/queue/wake_notifier.sql
create or replace function wa.wake_notifier()
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- Commits that notify wait for each other, through the flush to disk, so that as few as possible do: none while
  -- the notifier is busy anyway, else one at a time. It looks again after what it was woken for.
  perform pg_notify('wa_notifications', '')
  from (
    select
    from wa.queue_state as state
    where state.notifier_waits
    for no key update skip locked
  ) as waiting;
end
$$;

comment on function wa.wake_notifier() is
'Wakes the notifiers that listen on wa_notifications, when this transaction commits, unless all of them are busy or another transaction is about to wake them.';

revoke all on function wa.wake_notifier() from public;
grant execute on function wa.wake_notifier() to wa_runtime;

-- functions/retention/create_log_partitions.sql
create or replace function wa.create_log_partitions()
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  c_days_ahead constant integer := 7;
  v_day date;
  v_name text;
  v_created integer := 0;
begin
  for v_day in
    select coming.day
    from generate_series(0, c_days_ahead) as ahead (days)
    cross join lateral (select (now() at time zone 'UTC')::date + ahead.days as day) as coming
    where to_regclass('wa.webhook_logs_' || to_char(coming.day, 'YYYYMMDD')) is null
      -- A day whose rows already went to the default partition stays there until they expire.
      and not exists (
        select from wa.webhook_logs_default as log
        where log.received_at >= coming.day::timestamp at time zone 'UTC'
          and log.received_at < (coming.day + 1)::timestamp at time zone 'UTC'
      )
  loop
    v_name := 'webhook_logs_' || to_char(v_day, 'YYYYMMDD');
    execute format(
      'create table wa.%I partition of public.webhook_logs for values from (%L) to (%L)',
      v_name, v_day::timestamp at time zone 'UTC', (v_day + 1)::timestamp at time zone 'UTC'
    );
    execute format('alter table wa.%I enable row level security', v_name);
    execute format(
      'create policy webhook_logs_maintain on wa.%I to wa_maintenance using (true) with check (true)', v_name
    );
    execute format('comment on table wa.%I is %L', v_name, 'The webhook_logs of one day (UTC).');
    v_created := v_created + 1;
  end loop;

  return v_created;
end
$$;

comment on function wa.create_log_partitions() is
'Creates the partitions of webhook_logs for today and the coming week (UTC days) that are not there yet, and returns how many. Runs as the owner of the table.';

revoke all on function wa.create_log_partitions() from public;
grant execute on function wa.create_log_partitions() to wa_maintenance;

-- functions/retention/drop_log_partitions.sql
create or replace function wa.drop_log_partitions(p_before timestamptz)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_partition name;
  v_count bigint;
  v_dropped bigint := 0;
begin
  for v_partition in
    select partition.relname
    from pg_catalog.pg_inherits as link
    inner join pg_catalog.pg_class as partition on partition.oid = link.inhrelid
    where link.inhparent = 'public.webhook_logs'::regclass
      and partition.relname ~ '^webhook_logs_[0-9]{8}$'
      and (to_date(right(partition.relname, 8), 'YYYYMMDD') + 1)::timestamp at time zone 'UTC' <= p_before
    order by partition.relname
  loop
    execute format('select count(*) from wa.%I', v_partition) into v_count;
    execute format('drop table wa.%I', v_partition);
    v_dropped := v_dropped + v_count;
  end loop;

  return v_dropped;
end
$$;

comment on function wa.drop_log_partitions(timestamptz) is
'Drops the partitions of webhook_logs whose whole day lies before p_before, and returns how many rows went with them. Runs as the owner of the table.';

revoke all on function wa.drop_log_partitions(timestamptz) from public;
grant execute on function wa.drop_log_partitions(timestamptz) to wa_maintenance;

-- functions/retention/purge_alerts.sql
create or replace function wa.purge_alerts(p_cutoff timestamptz)
returns void
language sql
volatile
set search_path = ''
as $$
  delete from wa.alert_occurrences as occurrence
  where occurrence.occurred_at < p_cutoff;

  delete from wa.alerts as alert
  where alert.last_seen_at < p_cutoff
$$;

comment on function wa.purge_alerts(timestamptz) is
'Deletes alerts that were last seen before a moment: few rows, since alerts are grouped.';

revoke all on function wa.purge_alerts(timestamptz) from public;
grant execute on function wa.purge_alerts(timestamptz) to wa_maintenance;

-- functions/retention/purge_default_logs.sql
create or replace function wa.purge_default_logs(p_before timestamptz, p_batch integer)
returns integer
language sql
volatile
set search_path = ''
as $$
  with purged as (
    delete from wa.webhook_logs_default as expired
    where expired.ctid = any(
      array(
        select candidate.ctid
        from wa.webhook_logs_default as candidate
        where candidate.received_at < p_before
        order by candidate.received_at
        limit p_batch
      )
    )
    returning 1
  )

  select count(*)::integer
  from purged
$$;

comment on function wa.purge_default_logs(timestamptz, integer) is
'Deletes up to p_batch logs received before p_before from the partition of days without one, and returns how many.';

revoke all on function wa.purge_default_logs(timestamptz, integer) from public;
grant execute on function wa.purge_default_logs(timestamptz, integer) to wa_maintenance;

-- functions/retention/purge_events.sql
create or replace function wa.purge_events(p_before timestamptz, p_batch integer)
returns integer
language sql
volatile
set search_path = ''
as $$
  with purged as (
    delete from public.wa_events as expired
    where expired.ctid = any(
      array(
        select candidate.ctid
        from public.wa_events as candidate
        where candidate.received_at < p_before
        order by candidate.received_at
        limit p_batch
      )
    )
    returning 1
  )

  select count(*)::integer
  from purged
$$;

comment on function wa.purge_events(timestamptz, integer) is
'Forgets up to p_batch events received before p_before, and returns how many.';

revoke all on function wa.purge_events(timestamptz, integer) from public;
grant execute on function wa.purge_events(timestamptz, integer) to wa_maintenance;

-- functions/retention/purge_kept_payloads.sql
create or replace function wa.purge_kept_payloads(p_before timestamptz, p_batch integer)
returns integer
language sql
volatile
set search_path = ''
as $$
  with purged as (
    delete from wa.kept_payloads as expired
    where expired.ctid = any(
      array(
        select candidate.ctid
        from wa.kept_payloads as candidate
        where candidate.received_at < p_before and (candidate.replayed_at is not null or candidate.reason = 'text_replaced')
        order by candidate.received_at
        limit p_batch
      )
    )
    returning 1
  )

  select count(*)::integer
  from purged
$$;

comment on function wa.purge_kept_payloads(timestamptz, integer) is
'Deletes up to p_batch payloads received before p_before that nobody has to look at any more, and returns how many.';

revoke all on function wa.purge_kept_payloads(timestamptz, integer) from public;
grant execute on function wa.purge_kept_payloads(timestamptz, integer) to wa_maintenance;

-- functions/retention/purge_notifications.sql
create or replace function wa.purge_notifications(p_before timestamptz, p_batch integer)
returns integer
language sql
volatile
set search_path = ''
as $$
  with purged as (
    delete from public.notifications as expired
    where expired.ctid = any(
      array(
        select candidate.ctid
        from public.notifications as candidate
        where candidate.created_at < p_before and candidate.due_at is null and candidate.status <> 'queued'
        order by candidate.created_at
        limit p_batch
      )
    )
    returning 1
  )

  select count(*)::integer
  from purged
$$;

comment on function wa.purge_notifications(timestamptz, integer) is
'Deletes up to p_batch finished notifications queued before p_before, and returns how many.';

revoke all on function wa.purge_notifications(timestamptz, integer) from public;
grant execute on function wa.purge_notifications(timestamptz, integer) to wa_maintenance;

-- functions/retention/retention_cutoffs.sql
create or replace function wa.retention_cutoffs()
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'wa_events', now() - make_interval(secs => 86400 * (wa.get_setting('events_ttl_days'))::double precision),
    'webhook_logs', now() - make_interval(secs => 86400 * (wa.get_setting('logs_ttl_days'))::double precision),
    'notifications', now() - make_interval(secs => 86400 * (wa.get_setting('notifications_ttl_days'))::double precision),
    'kept_payloads', now() - make_interval(secs => 86400 * (wa.get_setting('kept_payloads_ttl_days'))::double precision),
    'alerts', now() - make_interval(secs => 86400 * (wa.get_setting('alerts_ttl_days'))::double precision)
  )
$$;

comment on function wa.retention_cutoffs() is 'By table, the moment before which retention purges.';

revoke all on function wa.retention_cutoffs() from public;
grant execute on function wa.retention_cutoffs() to wa_maintenance;

-- functions/retention/wa_retention_purge.sql
create or replace procedure public.wa_retention_purge()
language plpgsql
as $$
declare
  v_step jsonb;
  v_cutoffs jsonb;
  v_sum jsonb := '{}'::jsonb;
begin
  -- A procedure that commits can have neither a search_path of its own nor its owner's rights: each step has both.
  loop
    v_step := public.wa_retention_step();
    commit;

    if v_step ? 'error' then
      raise exception using
        errcode = v_step -> 'error' ->> 'sqlstate',
        message = v_step -> 'error' ->> 'message',
        hint = 'What earlier batches purged stays purged. Call it again once the cause is mended.';
    end if;

    if (v_step ->> 'is_busy')::boolean then
      raise notice '%', pg_catalog.jsonb_build_object('event', 'RETENTION_ALREADY_RUNNING', 'level', 'info');
      exit;
    end if;

    v_cutoffs := v_step -> 'cutoffs';

    select coalesce(pg_catalog.jsonb_object_agg(counter.key, counter.value::bigint + coalesce((v_sum ->> counter.key)::bigint, 0)), v_sum)
    into v_sum
    from pg_catalog.jsonb_each_text(v_step -> 'purged') as counter;

    exit when (v_step ->> 'is_done')::boolean;
  end loop;

  -- Between two batches another runner may take over. What this one purged by then it says all the same.
  if v_cutoffs is null then
    return;
  end if;

  raise notice '%', pg_catalog.jsonb_build_object(
    'event', 'RETENTION_WA_EVENTS_PURGED', 'level', 'info',
    'count', v_sum -> 'wa_events', 'cutoff', v_cutoffs -> 'wa_events'
  );
  raise notice '%', pg_catalog.jsonb_build_object(
    'event', 'RETENTION_WEBHOOK_LOGS_PURGED', 'level', 'info',
    'count', v_sum -> 'webhook_logs', 'cutoff', v_cutoffs -> 'webhook_logs'
  );
  raise notice '%', pg_catalog.jsonb_build_object(
    'event', 'RETENTION_NOTIFICATIONS_PURGED', 'level', 'info',
    'count', v_sum -> 'notifications', 'cutoff', v_cutoffs -> 'notifications'
  );
  raise notice '%', pg_catalog.jsonb_build_object(
    'event', 'RETENTION_KEPT_PAYLOADS_PURGED', 'level', 'info',
    'count', v_sum -> 'kept_payloads', 'cutoff', v_cutoffs -> 'kept_payloads'
  );
end
$$;

comment on procedure public.wa_retention_purge is
'Purges events, logs, finished notifications and replayed payloads past their time in batches, committing after each, and says what it did in one NOTICE each. One runner at a time; may be interrupted and called again. Inside a transaction block call wa_retention_step() until it is done instead.';

revoke all on procedure public.wa_retention_purge() from public;
grant execute on procedure public.wa_retention_purge() to wa_edge_role, wa_operator_role;

-- functions/retention/wa_retention_step.sql
create or replace function public.wa_retention_step()
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  -- Small enough that a batch holds its locks for milliseconds, large enough that commits do not dominate.
  c_batch constant integer := 5000;
  -- Any number does, as long as nothing else uses it: the bytes of 'wa_purge'.
  c_runner constant bigint := 8602261699865765733;
  v_cutoffs jsonb;
  v_events integer;
  v_notifications integer;
  v_payloads integer;
  v_logs integer;
  v_is_done boolean;
  v_error jsonb;
begin
  if not pg_try_advisory_xact_lock(c_runner) then
    return jsonb_build_object('is_done', true, 'is_busy', true, 'purged', '{}'::jsonb);
  end if;

  -- A failed batch is undone alone, so that the alert about it commits; the caller raises the error after that.
  -- It stays due.
  begin
    update wa.retention_state as state
    set last_started_at = clock_timestamp()
    where state.last_started_at is null or state.last_started_at < clock_timestamp() - interval '1 minute';

    v_cutoffs := wa.retention_cutoffs();
    v_events := wa.purge_events((v_cutoffs ->> 'wa_events')::timestamptz, c_batch);
    v_notifications := wa.purge_notifications((v_cutoffs ->> 'notifications')::timestamptz, c_batch);
    v_payloads := wa.purge_kept_payloads((v_cutoffs ->> 'kept_payloads')::timestamptz, c_batch);
    v_logs := wa.purge_default_logs((v_cutoffs ->> 'webhook_logs')::timestamptz, c_batch);

    perform wa.purge_alerts((v_cutoffs ->> 'alerts')::timestamptz);

    v_is_done := greatest(v_events, v_notifications, v_payloads, v_logs) < c_batch;

    if v_is_done then
      perform wa.create_log_partitions();
      v_logs := v_logs + wa.drop_log_partitions((v_cutoffs ->> 'webhook_logs')::timestamptz);
    end if;
  exception
    when others then
      v_error := jsonb_build_object('sqlstate', sqlstate, 'message', sqlerrm);
      perform wa.raise_alert(
        'retention_failed', sqlstate, jsonb_build_object('message', wa.mask_numbers(left(sqlerrm, 500)))
      );
      return jsonb_build_object(
        'is_done', true, 'is_busy', false, 'error', v_error, 'purged', '{}'::jsonb
      );
  end;

  update wa.retention_state as state
  set
    last_finished_at = case when v_is_done then clock_timestamp() else state.last_finished_at end,
    purged_events = state.purged_events + v_events,
    purged_logs = state.purged_logs + v_logs,
    purged_notifications = state.purged_notifications + v_notifications,
    purged_payloads = state.purged_payloads + v_payloads;

  return jsonb_build_object(
    'is_done', v_is_done,
    'is_busy', false,
    'purged', jsonb_build_object(
      'wa_events', v_events,
      'notifications', v_notifications,
      'kept_payloads', v_payloads,
      'webhook_logs', v_logs
    ),
    'cutoffs', v_cutoffs
  );
end
$$;

grant create on schema public to wa_maintenance;
alter function public.wa_retention_step() owner to wa_maintenance;
revoke create on schema public from wa_maintenance;

comment on function public.wa_retention_step() is
'One bounded batch of retention: returns is_done, is_busy (another runner has it), purged (rows by table) and cutoffs; or error (sqlstate and message) of a batch that failed and was undone, which has raised an alert. For callers inside a transaction; wa_retention_purge calls it until it is done.';

revoke all on function public.wa_retention_step() from public;
grant execute on function public.wa_retention_step() to wa_edge_role, wa_operator_role;

call wa.revoke_api_access();

insert into wa.function_sources (path, sha256) values
(
  'functions/account/apply_account_changes.sql',
  '5984399291e85c9ea66a4c9cf126d8a9aee0c3612c6854a33f752c55c6bfc64d'
),
(
  'functions/account/list_account_changes.sql',
  '0d5e316ffd0a40566adfc5b662978f7a5212442b146fb35e20ec3c1f65b214ab'
),
(
  'functions/account/merge_marketing_preferences.sql',
  'b9302b45d108c7c6b08840b7b5b47cab5c4d7f511c5def61503d19fdf54110fc'
),
(
  'functions/account/note_marketing_preferences.sql',
  '977a37715a0ac31ee62813019b21a9e7f21fb6247296fd4fab67674f446967d4'
),
(
  'functions/account/note_templates.sql',
  '601ab50bd79087d21b479848107e8cb171dbcee9c8619f2181017be4dd247d7b'
),
(
  'functions/account/pause_for_account.sql',
  '6307be78e183e365f06067421a91ac0b28a94cd2b81bccd8d6e20869f3bc0129'
),
(
  'functions/account/raise_number_rate.sql',
  'b21ea9bd36b89261d20db2a3efdb3db9fe069a82c54648ae409e533c049a8861'
),
(
  'functions/account/release_template.sql',
  'fcbef75b397da4910b3a5300e95cc542d7f1f7a609ad981ab55aa8be42a4d53e'
),
(
  'functions/account/try_account_changes.sql',
  'ce9be0d013ae2e559ab406e0592cb6ee46baac5136c07d26b79ad2e0d8a19eea'
),
(
  'functions/alerts/alert_of_dispatch.sql',
  '37219a87f7d8f5576fbd23e3e687664df3a71c5c6bfff818b06cf1b5ed03cdf0'
),
(
  'functions/alerts/group_alerts.sql',
  '96f1f1b2449523530daf3f5a07ea38ac209fc80664d8ec2da67ca3615bbbcd9c'
),
(
  'functions/alerts/mask_numbers.sql',
  '54487b065eb11bcf001f392042d90515d9c886edb4745c4a622066b8bcd5b459'
),
(
  'functions/alerts/raise_alert.sql',
  '5a35f1d8fd2152f9785028b062ee895fa12ed4ee27e5864bad26765ccfa55813'
),
(
  'functions/alerts/wa_alerts_claim.sql',
  '4af9fd4e91eb1dd22c65db1b441e8d77b091e36b0405a710fbf5f6d3536e7e4e'
),
(
  'functions/alerts/wa_alerts_group.sql',
  '90c155bcdd6abb1ff89af441626219983796c73465af04c7281d5e0cb52cd96f'
),
(
  'functions/alerts/wa_alerts_settle.sql',
  '02780a06997c16cff349ae8215c5d1f71f40abae30eeda006827751df5a43d84'
),
(
  'functions/baskets/append_contribution.sql',
  '7d61bb9cf679c6c87796094f60128d420a20ead87308f084e72429f704cb7097'
),
(
  'functions/baskets/basket_balance.sql',
  'cd865f1394eac3bf7f419c4528e891d680f99808ae999377b932dd9337243951'
),
(
  'functions/baskets/basket_close.sql',
  '1a42bf9531904d6799c7db0a7f8c869cf2ce5df40598eaac03dcfbc27f590488'
),
(
  'functions/baskets/basket_contribute.sql',
  '84d6ce26fd51f92aa502ff7fe499a85699c8354aec726250411fbac85af89e2f'
),
(
  'functions/baskets/basket_create.sql',
  'a16604a1c1deacce3cb4dcc57a7e48dbfcbd69268cae7d8df1c42144c50703f4'
),
(
  'functions/baskets/basket_detail.sql',
  '12072ed7610332fb92c1a95fb706cc03d6be2b74c546094411d0f9da744f1815'
),
(
  'functions/baskets/basket_discover_nearby.sql',
  '115e8a5e274b696700149800da97ca28cc7750d6f29f860062d219b503e48629'
),
(
  'functions/baskets/basket_generate_qr.sql',
  'b1ee2af2716f9caa95f0650e7bea7b6a6db550ab460529c45e482df41a9f37de'
),
(
  'functions/baskets/basket_join_by_code.sql',
  '869896313d25e0a86e9393b858407d268c4a963dd218472fb59369e6c311e7ed'
),
(
  'functions/baskets/basket_leave.sql',
  'e3ade9e91419a30ebd9919a3965f5faea94072e096ffe1a23175c86075783320'
),
(
  'functions/baskets/basket_list_mine.sql',
  '7831c92f497a2f1f80a4cc7299d0537b8f94662747023275ce45cd7eaa2cb1a2'
),
(
  'functions/baskets/basket_set_description.sql',
  '2782503096be5297280390336fb689868cc3c3b2a48c1b0a0df1e5bdb2c928ac'
),
(
  'functions/baskets/basket_set_place.sql',
  '3e8484c11041238d00b849532ff950eea1f4b6c8f3da0b78e77b15fd98ace9eb'
),
(
  'functions/baskets/build_basket_link.sql',
  'f4ba3c8f1def65ea50ba1169493e440ff984926dbc6be0ef49deb724989af481'
),
(
  'functions/baskets/check_basket_coordinates.sql',
  '9124876072156fd187b4af0e3889506dd79e16f61b99d49f463a68baa20d321c'
),
(
  'functions/baskets/check_contribution.sql',
  '989ca69a620844e4c44369ce177b974c13a64dda88676098eff53539c38b0616'
),
(
  'functions/baskets/clean_basket_name.sql',
  'd822bac64f9672e29b6135dcebe167d41d756502dc70a9ef00b6ea54570b94d8'
),
(
  'functions/baskets/count_basket_member.sql',
  '7e63cb04ea79a73ca65b2cfd9b8652aee21a24ff1c51bf501842342b67c14d70'
),
(
  'functions/baskets/create_basket.sql',
  '3f3501fcf24b28dc3279096ed0c6220ad699e73642ed8b46d7e8cebce636f8d2'
),
(
  'functions/baskets/find_visible_basket.sql',
  'c7032ed95b987bb92083b141766bfa27f2ada5ec907745b05b18d9ad03d0b738'
),
(
  'functions/baskets/fold_basket_code.sql',
  'faff922f86b31a0d85094bd1e38faf198f46748927ac900a30e144e45213bdac'
),
(
  'functions/baskets/generate_basket_code.sql',
  '8cdab4d260ccc74bc8a1063f6164080204e68e294ca00f82724c014262bf1a49'
),
(
  'functions/baskets/hold_profile.sql',
  'f869dec33886ca2b45ee102342d7f075e642bac61ea8b29134c65effe4ba07bf'
),
(
  'functions/baskets/is_contribution_recorded.sql',
  'f2fba1e9ab9360b54f3da0c5187c6f35e12be84a3a34ab3d1ca099f7d40315a3'
),
(
  'functions/baskets/join_basket_by_code.sql',
  '79e645ad71fbaf9b8aaa5887659aa22ffee1237c5e3c41fd036abdc182fcad4c'
),
(
  'functions/baskets/lock_acting_profile.sql',
  '093bb7d8533b677e59d867ecf73dd2bd5a9220ed5211e20d6327abf231ddf252'
),
(
  'functions/baskets/lock_basket_as_member.sql',
  '09660a94d8fddcfc866c7c0f34a7532c29295622742bb3abc3667b7022614fa8'
),
(
  'functions/baskets/merge_basket_profiles.sql',
  '2833569c3b6ae755e83741d14864972ce914502713f8a8f028a0b263d36b134d'
),
(
  'functions/baskets/open_basket_join_attempt.sql',
  '1a385903d8ac1297af62ba8c1f59c46509f38d4c941c9ddcd7a9b1ead6c29edc'
),
(
  'functions/baskets/refuse_ledger_change.sql',
  'a41eede2ae862d72ed5caeee50e87e44b5f5563f593dece2e45939050e1f6d13'
),
(
  'functions/baskets/require_open_basket.sql',
  'b390abe3129d2cc26afecadbaaeeae902146694bb684e5ea027ed102c2987583'
),
(
  'functions/baskets/resolve_acting_profile.sql',
  'e4237b1812c712c5f153037e52ad77339b89dfdecb922242553740447e8b1c53'
),
(
  'functions/baskets/reverse_basket_contribution.sql',
  '7213b3d505ac1ee969eb758a029f98cb5fd8dcfec31a74d84708d584801f77ca'
),
(
  'functions/flow_baskets/add_notice.sql',
  '026c0c17b644905c1d49e2ba895d14d80740e9dd564836290a508964b2fd3a84'
),
(
  'functions/flow_baskets/answer_basket_gone.sql',
  '95b1751868ce314dd1b775783b587e71eac22b4792ba25759c3af79381ea6b38'
),
(
  'functions/flow_baskets/ask_again.sql',
  'befb849b39ef1670f4dba038812c65e075aa0d5131e16959cb2a6ed3d6287fe6'
),
(
  'functions/flow_baskets/count_basket_members.sql',
  '40faee6bd889589dd52feccfcb3447364bf741aa462c0f8c85da9b94c69f16f7'
),
(
  'functions/flow_baskets/describe_basket.sql',
  'c56045ecb1379eb4cf9b1defc79fb215f4544db8beb038c58613db451ea60baf'
),
(
  'functions/flow_baskets/describe_basket_kind.sql',
  '44496f14ff36e5cb30ef6e76e9d27f05edf918214503c489ebcfb42563762a79'
),
(
  'functions/flow_baskets/describe_basket_refusal.sql',
  'f5b6b9c98e42038b8853de5f1d9f27ed28820b36453f765fd8789a4abbbbd07b'
),
(
  'functions/flow_baskets/find_basket_detail.sql',
  '673ad28848953a95837512b8b0872088ce6107b265a28d070b08558c67cc8b0c'
),
(
  'functions/flow_baskets/join_basket.sql',
  'bd147a0d048ad4061806b76bc601bbc54178723b076a6af4c90da52da3c1783e'
),
(
  'functions/flow_baskets/list_basket_actions.sql',
  '5252844ba675db6a74e7957bba2b57ea841f06c6b15fa861c195fa130f8336d8'
),
(
  'functions/flow_baskets/step_basket_close.sql',
  'e0d2298e00b5f73fc0173794efca89c4fef568fa86962725b478a35ca2d16fac'
),
(
  'functions/flow_baskets/step_basket_contribute_amount.sql',
  'b9c309005f14f05c2b11d3dcf94e4436da661ce21bbc8960d263400079e8a02e'
),
(
  'functions/flow_baskets/step_basket_contribute_confirm.sql',
  '4869f35db44c14b54bd7145789c7ebf2317a2f04f6caadf90203335aa040c64e'
),
(
  'functions/flow_baskets/step_basket_create_confirm.sql',
  'c4dcc988e1aa6f9600639b355df8d04198ae49bce9f04a25548e7aef22a4cab3'
),
(
  'functions/flow_baskets/step_basket_create_goal.sql',
  '8dbe2e7e9da3cfb9ee263946fd862d5cd14efd4117a5ca97e9d130401fc7539f'
),
(
  'functions/flow_baskets/step_basket_create_name.sql',
  'e413b63f8ec13f6e29f8e14cc8578832c8dd908dc06fd91828847464856510b7'
),
(
  'functions/flow_baskets/step_basket_create_place.sql',
  'd0a07dbafa13016cde93b29855f06c88d6311e3c7517f25b7f616e50c445d466'
),
(
  'functions/flow_baskets/step_basket_create_visibility.sql',
  'efa28f7eeaae5ca053d89ea0b0bd80686fde73484efcb8452c4b9be8b06b6ecb'
),
(
  'functions/flow_baskets/step_basket_detail.sql',
  'c26478ae7cf1e34ad30e90e32d24e1a7fd31ae8f43b0ce861dc84a0d7f79cee0'
),
(
  'functions/flow_baskets/step_basket_join.sql',
  'acad6408e78dd0d42055ac4fbf09b75a0e3e8436252ae42bcf186fd0b888eb54'
),
(
  'functions/flow_baskets/step_basket_join_code.sql',
  'b5416eed30abf20eaf030a3141ac9801d616c1be04e0e1225db930d86f6cfdf3'
),
(
  'functions/flow_baskets/step_basket_join_confirm.sql',
  '9a2bedaa7b2ced5302d9db761fc5c05ce707df3a829b96112d7c8dad44db8ad2'
),
(
  'functions/flow_baskets/step_basket_leave.sql',
  '35406f1489811175a001b0df2d43275e49e536a0dffc00237cba4ad183fcaa86'
),
(
  'functions/flow_baskets/step_basket_list.sql',
  '7a310c3c900b3d2425ae5a950d2093c4b5ed503c8e3b4e15f749d9931244d261'
),
(
  'functions/flow_baskets/step_basket_nearby_list.sql',
  'd47807ed98fc6183b878522df495d999b325aecc815c46e78eab076fead4ba3e'
),
(
  'functions/flow_baskets/step_basket_nearby_place.sql',
  '2604168346ea763b958a955c5dfc350ed3fec25ba21c70a9bbe8997cbe53ed23'
),
(
  'functions/flow_baskets/step_basket_share.sql',
  '5ac51d2a2ae583b509eee727a59ef096a6363d43ec4d89ab036f3a1d714263ca'
),
(
  'functions/flow_home/forget_menus.sql',
  '60335c52a3b4532fe396acf3bb1a1579fcae3ae22fabc436afcc7bfab676a8fc'
),
(
  'functions/flow_home/get_menu.sql',
  '485f229a89ff40b504f7c95cb1574ea399ceb3075f574395166219b14ae9709f'
),
(
  'functions/flow_home/get_menu_lock.sql',
  '4ca8c15e426a82b12d757d736836b8cc0fe7ae901221c186f1b377929133b2ac'
),
(
  'functions/flow_home/list_menu.sql',
  'f1cc1b3d71ab9fd4f6432b0008f0d4af47412eb02c8ea230f9084f2becb34319'
),
(
  'functions/flow_home/step_cancelled.sql',
  '9571c2a76d53ed7fbc22efa3acd094c3e9b93469fdd296054b1e663d3b12bfe5'
),
(
  'functions/flow_home/step_help.sql',
  'f921fd1ee5b62eb6a3dc7bbf2de737c07dfd5d1e246045e24e1e30ea3f515b8c'
),
(
  'functions/flow_home/step_home.sql',
  '069aed39cefc7731969edd1d1f8c2b1d393241db57bbfc0712b068c3975cb627'
),
(
  'functions/flow_home/step_language.sql',
  'aa3c68f6900de9ad76fef2cc2831879c126fc89308cdbaebe5231db1372042f1'
),
(
  'functions/flow_home/step_subscribe.sql',
  '2a1f93f351bf75f862fc30da4a3cd8283e5992cdb8f73dd59cf0dfbfccbf3eb0'
),
(
  'functions/flow_home/step_unsubscribe.sql',
  'ebe262e83daba89fc32d308452e2882ae25b2fc8135720ee4d6c95d8aa70be13'
),
(
  'functions/flows/advance_chat.sql',
  '464ac514742fb194d6acc07a60513ea5cc70afbcb4b1fd67776ea9085ce8debb'
),
(
  'functions/flows/advance_chats.sql',
  '6eff9020a0c2179ae4bfc4b047fde92e44f09f16a8da6d8dc6c6342d344b05aa'
),
(
  'functions/flows/choose_data.sql',
  'd3c78f2ebddeef364e89c3209f7f4fa4d49843dbee8d630ecbcbccab0d489dee'
),
(
  'functions/flows/choose_state.sql',
  '806f5be498f375c22c8372b32aedbaa5e38c46c27e612e612f7bbb750430e3da'
),
(
  'functions/flows/find_entry.sql',
  '1daba812b02483000dab48b26ad68e341ac9ccd2a8c0b3119ad6229973a8c2fe'
),
(
  'functions/flows/fold_text.sql',
  'd4f1e398f25f8ac045817cd2c94008f27ef17c11e5737cdbc7af53b76aa7878f'
),
(
  'functions/flows/get_flow_state.sql',
  'fd2e149fae9cb22b231891bbe5e02010132e6e311ddef99e3d6ec6c7de9845fd'
),
(
  'functions/flows/get_typed_text.sql',
  'c4508df41c3ed3de93420526e51264916f9bbe3a1bce15fb6193432007e741d6'
),
(
  'functions/flows/is_answer.sql',
  'cfb46108ed702f71ac0a68e29e5a89e0f4d995e0bd27b09572311865d4320f0c'
),
(
  'functions/flows/read_link.sql',
  '10422d6729361ae1ab0060b1026620a7572eade4011436365daf149c5177beb2'
),
(
  'functions/flows/read_location.sql',
  '7a0cd33ec35576dbe8f687a6a59c81714e0ce7e610617b0be2e35cc21d2747ea'
),
(
  'functions/flows/read_page.sql',
  'c3241140b8bd4146a52753417f8c53ee92386ed0815cc5be5bb84435a4453a95'
),
(
  'functions/flows/read_uuid.sql',
  '46a73f20b59005c401a25699e2ac6c379febb69e5614c7f7bbe97d0cb821c368'
),
(
  'functions/flows/refuse_to_remove_occupied_state.sql',
  'a799661c6a49b5a0dcbad9cbe5c4c000ef0dd7266e4cced2a99b85661035ef19'
),
(
  'functions/flows/require_transition.sql',
  'be4330cac6cb02d139c806fb6c12d7ac899fa438679b95b99f69cbf988e8a317'
),
(
  'functions/flows/run_step.sql',
  'd66e353e4850ae780c2fb00382fb2550d715ce09ae1a7b6500e0a361fa53a4df'
),
(
  'functions/flows/save_chats.sql',
  '2ba9297634602c1c05bb53ef2e63960534ebef613e0209359e627b915a237252'
),
(
  'functions/identity/add_alias.sql',
  '7cf6e9f25099b0829e9d7b6f2b07a07eab15435cfd8d253001ce8e6276b24526'
),
(
  'functions/identity/attach_identity.sql',
  'a200186bd88d747f93a4716ffcdbb8bfce0510e41d24c007222cdbaabc366b1d'
),
(
  'functions/identity/change_identity.sql',
  'fecfbb380b551c20156a2cf20fa00cf48669667352cf027ca8388db52038466a'
),
(
  'functions/identity/create_profile.sql',
  'c5dbae05070e4858dd4d95de3fcf4045b7a26cb6c5b1cdd2c70c9fbf50d7cb96'
),
(
  'functions/identity/detach_phone.sql',
  '94fb34aa0740f9c98ac675a26fca2a7cb2dbc3a04082dce4fba193c11bc4fc0c'
),
(
  'functions/identity/find_by_alias.sql',
  '6f6b67e63f958873956caae2fc2bf6d323a9e9fd8100fcc41a4df7722b5b5c3b'
),
(
  'functions/identity/find_or_create_profile.sql',
  'eb390cf9c4324240905c870bebc083197a74d6413498f46a308069a0bd0596fd'
),
(
  'functions/identity/find_profile.sql',
  'ac397196fea228c9219f62cfc0103bb89c80ce83f5274f53254cb0bb2bb1b1a1'
),
(
  'functions/identity/get_profile.sql',
  'd209c61c6578e32f7b9ded72c0213afe6aefc2acde705dfccd27a2e7c76d08e3'
),
(
  'functions/identity/list_identities.sql',
  '53d438259cbda1d0e37b9365bfb04cbe600b437a998d206d2dc183fecae4bfd4'
),
(
  'functions/identity/list_status_identities.sql',
  '930b419282038f3acaf2e1c7a5a42a268760417b66d7ea7095a295790d6723dd'
),
(
  'functions/identity/lock_identities.sql',
  'c71edb168c365562697a0a1c87040bbfe7c592ae898195f4f5ac8b9bece1d49b'
),
(
  'functions/identity/lock_profiles.sql',
  'e4fe13596d03d26c7f945e85c2cadf5e5156a4991336ec9b5b55e0d4986fab05'
),
(
  'functions/identity/lock_senders.sql',
  '239a0790daad4963699fa03786a103930b2d4f9c549574e2d2ff6815dd987dc4'
),
(
  'functions/identity/merge_chat_states.sql',
  'f57629db453f25387a2e36c1c7ab14944db4c349603ec63719e8c2dd6acb354d'
),
(
  'functions/identity/merge_notifications.sql',
  'b1196401cb0cc922bb712553199989d5543f4aec598cf0d0b4c80ea835eb2072'
),
(
  'functions/identity/merge_profiles.sql',
  '473eb6695e08c4cb48a7f60756115eb6978f952480b15caef873e13f533b925e'
),
(
  'functions/identity/normalize_bsuid.sql',
  'ea775ec0cace881ceca863b3a406341d7c64d7ee6b5603ea81efd7ec41af7472'
),
(
  'functions/identity/normalize_parent_bsuid.sql',
  '136bc9e3fe23f1afa6490adf3dfefbb579925e6e04ff6f025c3450104162c501'
),
(
  'functions/identity/normalize_phone.sql',
  'c889fba44a31c6a6c948546fa3c84242fd27744ead9f7b99a992001ff00b6875'
),
(
  'functions/identity/phone_lookup_key.sql',
  '79d60debf6f6df5e7615a995d578c53a41a7d3df1c27c99e8528844187559c95'
),
(
  'functions/identity/resolve_senders.sql',
  'b564117d98023d8f7cf58d14de9884a39da60aea023c216e358496eedbe16ee1'
),
(
  'functions/identity/settle_identity.sql',
  '024119018523032f53ab52de80c605e60cfc52ee46e121b2cc1b8735e177b3f8'
),
(
  'functions/identity/settle_senders.sql',
  'b019c552910faa98ee5f6afb84323754f49fb0bfcaa8328e4179cd8b9bdd015e'
),
(
  'functions/ingress/choose_disposition.sql',
  'e93494dc5d213dd826e605bc5f123fa09d9baff6f3084a71b09a325ce61ed2d6'
),
(
  'functions/ingress/claim_events.sql',
  '7fdb521a3f906c9b672150662839c0adb3de9d5075f2d97f6e11cbe204e30d58'
),
(
  'functions/ingress/count_dispatch.sql',
  '62dcafd772567bd222ccb1267343f749b2bf9b16be5e592b6a79683140b22488'
),
(
  'functions/ingress/describe_failure.sql',
  'd1e939c4efaa50ca7d82c061ff40bb09d4fa598e47f62681a965aaa1aa16feaa'
),
(
  'functions/ingress/extract_messages.sql',
  '71ac7c16aa512f849137cb8dedff1938014830c3595a60bb906bcd3239275179'
),
(
  'functions/ingress/extract_statuses.sql',
  'ed00f32d0eb2cf035ddc7a0f2eccea0c97d989e683a17ba581a91a0b789f65af'
),
(
  'functions/ingress/is_known_message.sql',
  'a21077566a8340fb4283e355a66ce7c5d8c4a0a650e9250085049f25eee50d8e'
),
(
  'functions/ingress/is_plain_webhook.sql',
  '2c48548c9b1d407db44952e699cbef2a6cfe435be13d253c3f15e371dcf619a6'
),
(
  'functions/ingress/is_worth_retrying.sql',
  '5e4459f637ae9cf7415981a0c7606ba38c15a85e5675489c562fd3c5f380464a'
),
(
  'functions/ingress/keep_payloads.sql',
  'a24da42701b87c20b907e7ca4c2ffa7cf2b600d5d872a349b6e461fba72b82ea'
),
(
  'functions/ingress/log_other_fields.sql',
  '7c409b442edc38d3a2cf4c83095450010a7879fbf156986e2df93d1f9d182fe1'
),
(
  'functions/ingress/log_snapshot.sql',
  '9be172cedc90d7ef89ce78adab42b10274e6eedc16d9d91c4396aa44f46a12ce'
),
(
  'functions/ingress/may_write.sql',
  '5000bb03b5839f9280c9eb4ccb463554be00a6261bf665c8247ba706a197e006'
),
(
  'functions/ingress/note_inbound.sql',
  'c3e35ee231fc3a7f7875e4e1c7f9732273df1d428ef7799cdb7c8ec784ee481e'
),
(
  'functions/ingress/rebuild_envelope.sql',
  'ac090a6ee9edb1a2b1afb5ea265774fd8a5a515df77caf484d053a64821771ce'
),
(
  'functions/ingress/record_failure.sql',
  '61807942b4914c16f14de74f410cb859ea421910aabfee8fefe976bd0c67fc7a'
),
(
  'functions/ingress/require_envelope.sql',
  'd8ffb1f39df4883f16eda1297590c55f03f43f13d6d996665afa45be5a594a1d'
),
(
  'functions/ingress/tell_of_failure.sql',
  'da70ad5e7e57be115f2e239295d24793a40240cc7de2f7790662bc4a7815df26'
),
(
  'functions/ingress/try_group.sql',
  '67bff67fd41521a2cbb74098d822f473056d58858e89ddb091a589ce7d633404'
),
(
  'functions/ingress/try_messages.sql',
  '12fa1d3ed8ada18a03bef9b2a7a2cc277e00d816c176508f6e62cd4f50a54bfb'
),
(
  'functions/ingress/try_statuses.sql',
  'a338a20ee732b8fc5d79332c74b2b80093de60f9d41f9a9ff2836a6ae92e3fff'
),
(
  'functions/ingress/wa_dispatch.sql',
  '01a5697deffb3e39b47519d15a863258381fe9b6170523d1edbff3a5de635982'
),
(
  'functions/messages/build_buttons.sql',
  '1377e9f4935c3be2faf180bcfd52741220acfa75c5b7b6b66e7a43ad05ef7faf'
),
(
  'functions/messages/build_choice.sql',
  'de3b1d9dbaf851fdb710b955186c389b346a29ccf6e47706b0f90aad8f7a86a4'
),
(
  'functions/messages/build_list.sql',
  'e95471dfe0e359b921fe2160912c08ed6e7a7b6c21121a72d9d79869fab6b7d2'
),
(
  'functions/messages/build_location_request.sql',
  '8292df6f800cbabf6e4f16aaf99f508bcbd82579ed041cc226c1f5f729c95c02'
),
(
  'functions/messages/build_qr_image.sql',
  'a44450bc6db96e346c4cc425118e905d2bff21103729484e1ee700a1c4479b9e'
),
(
  'functions/messages/build_text.sql',
  '635e06974e83cd69b9a852993ec5b60815ba7538f94f2d9a2de5686f7692ca1f'
),
(
  'functions/messages/format_amount.sql',
  '2d901727829ded34af14c38a4515b911105729eb69ab969ddb80989aaad797f6'
),
(
  'functions/messages/format_distance.sql',
  '416dc361268a91491ec77adbc73803a38f8ce971e56568888559167f53675e6f'
),
(
  'functions/messages/get_currency_exponent.sql',
  'bde8370189408c08847314d436695b83f5cd1c06064052aff0054f5c3928d1e6'
),
(
  'functions/messages/get_fallback_text.sql',
  'f0405e308760b1f8404d4834a12054f391f36d19c9c7003cbce38f7a8e2031fc'
),
(
  'functions/messages/get_text.sql',
  'a9b5d59649de8f1c32ade72d904efe8ca30780b716e391f2b5f3effd3b6137a4'
),
(
  'functions/messages/parse_amount.sql',
  '692ba9e9d2c23f55ecd550d5c9b66b5cad51fb21395631c3c7b134322b56be01'
),
(
  'functions/messages/shorten_text.sql',
  '97e328722a67af94d98474b12568eb9dac27116da57fe84cdbb6f175bf0cb10a'
),
(
  'functions/operations/emit_event.sql',
  'b8ad3cdb14dd7e8a8cde5c764bbe90632c56073ef4597b7f0ca15ed2bc49d052'
),
(
  'functions/operations/get_setting.sql',
  '17f5d8c48baf188af52df31e8ce201c30f7665a52d09e8787eea9efb61c98f33'
),
(
  'functions/operations/is_retention_due.sql',
  '10f54f46e08da0326dcae436c9527ad1ea0a4fa231bc153db20ca52a9b4d1b21'
),
(
  'functions/operations/list_problems.sql',
  '712e715d4921ef6bc0c5f44bbc59615c86196ac080e85130370dfbfd461faee8'
),
(
  'functions/operations/mask_error.sql',
  'fbaebe8b321abe39b2230665c7663228a5dc2821e8058bd5fd209d5e4d4c6aa9'
),
(
  'functions/operations/mask_json.sql',
  'dbb8d9f780f1c4e6a5a67fc3553e7aad5daf2175b0433103e70842e57f0bb511'
),
(
  'functions/operations/replay_failed_event.sql',
  'f9c745a853a27b5faad4e9bb0c8d9ec9839374cdfbfc9d82e68f82efb81b2096'
),
(
  'functions/operations/revoke_api_access.sql',
  '5a6bd43758db9e72b5b5b9d96d6f6ce2e498bd5359d83e9cf508ddaf66e67c67'
),
(
  'functions/operations/summarize_alerts.sql',
  '062b2e86f90d6451944e4daac420e31e64376e9babbea576f27bf4e7a46b0013'
),
(
  'functions/operations/summarize_kept_payloads.sql',
  'a03ea7fe75fffed908e77cc07ff25ff8a5bda1f2909d2dd2aad793ad028ad193'
),
(
  'functions/operations/summarize_queue.sql',
  'c37c440760e399f1987e46798541850a78daa5cbb34dbe012fbe81b8412bd069'
),
(
  'functions/operations/summarize_retention.sql',
  '3f275e49947d0192d822d3c0d6e7b99d8770ff8a304297ddd81d868a11b42a7d'
),
(
  'functions/operations/summarize_roles.sql',
  '0310ebd208876cc824019b387eb1199240b830fdcfbff397a66786e159d1f686'
),
(
  'functions/operations/summarize_send_failures.sql',
  '270af7a8f1d96313e6798708b9d5655557f6c52a29781275f4fc1d4da3a58360'
),
(
  'functions/operations/summarize_traffic.sql',
  '35adbed40f894a23ac13dff3cb67ceed6c24f56c4ff3282bb7e861d9475e63fb'
),
(
  'functions/operations/wa_failed_events.sql',
  'c456cb64a38ee28766c8e1935f36b6c13e6c6af2cd152d41087ba45dbe5a4cd5'
),
(
  'functions/operations/wa_health.sql',
  '27ad701d1b3f20e7ff47bb7cb4f73e4e8d9565407735ad907e26893b689c4e35'
),
(
  'functions/operations/wa_metrics.sql',
  '6f22af422ecc58894542c866b7c520e8d31cb83d28198770d52f5ef9519f4069'
),
(
  'functions/operations/wa_replay_event.sql',
  '770119d3d2fa2b79ec7a7de32d8f4a71031fc2f1eaade9c5b512518762ff4990'
),
(
  'functions/operations/wa_replay_events.sql',
  'f6a39bb41ea5fe8b67e028f599e5a6876c32583aa3170fa42b6ba3fce0a54a22'
),
(
  'functions/operations/wa_replay_payload.sql',
  'ff320b7173e344556bc2aefbd4575f33c272a0666098d5e30a523769e64aa2ea'
),
(
  'functions/operations/wa_status.sql',
  '95c56ad2c348e5c2e6a408a911858adb434410da0c54b9f124264e047062f887'
),
(
  'functions/queue/apply_failed_statuses.sql',
  'f5fbff09989b3a79f7bb906cb746d65e01caa2a90742e7250a2db4714fcceeb8'
),
(
  'functions/queue/apply_failure_consequences.sql',
  '1d1ab893fa4a4c11c7987778e91fb17048f2a0733e61357088dc0aac5c4b4357'
),
(
  'functions/queue/apply_send_failures.sql',
  '558e1fad789df185d9654ce705799c35ba1d03f9fb1d66312aa114af875369b2'
),
(
  'functions/queue/apply_statuses.sql',
  '2251df83bac3d4c014458d2153bedb75a76dd8056c516d96c5430804c9d435a9'
),
(
  'functions/queue/apply_success_statuses.sql',
  '177fc994207b4b8e7f92ed2a9a1b86c19f61b8832029eaa79011a94f4e369b61'
),
(
  'functions/queue/charge_number.sql',
  '73296ebe505a3efbeec324a5d344b0b6544bbaa6c8b715ef879281285ef749d8'
),
(
  'functions/queue/check_payload.sql',
  'f8a0e7a4c9b7af66f03ccf9e2cdb6493b76a9cb73fb7100225538afb2843a9f2'
),
(
  'functions/queue/claim_from_number.sql',
  'be74854b02d09859f4e070eb4f8beefc692466792b2a3943a7c39d03bd209bf7'
),
(
  'functions/queue/classify_send_error.sql',
  'c9e695231328982361d47b57bf6044df31ac0b96959be936355aae15b44f1555'
),
(
  'functions/queue/count_queue.sql',
  'a44a449a0667094094c71d2f3f8b4389a8511ec9d44318952caa199154107dc7'
),
(
  'functions/queue/decide_failures.sql',
  'f67465530c2ab8ca365b93c2d850bf77bc7507f7cc7128d669047979c2803eea'
),
(
  'functions/queue/describe_send_failure.sql',
  '449ae0e811f894f1a4f302b40bfd0ad6a71979bfe47a373e1365f86644f4deb2'
),
(
  'functions/queue/find_buttons_problem.sql',
  'f48251944102a03a301b5eccefeafb76b6450d245c4e7644be8a4256f7d63263'
),
(
  'functions/queue/find_interactive_problem.sql',
  '826ac1620e5a03a7b3968b7def678628bf0a8446f177f05116e4b85524169f8f'
),
(
  'functions/queue/find_list_problem.sql',
  '12e178ecd7f7f984ebbd4aa4fb7fea27197c9df2e0fb388461f60bb9d965c3f3'
),
(
  'functions/queue/find_media_problem.sql',
  '0068943e4a9cabe926479c362da5b7e38291b42b4a44c11f0b40e8efa4e02b61'
),
(
  'functions/queue/find_oldest_due.sql',
  '8e36666f64718fea01090975940aac4e5c2997ae90efe1bcffff9a9a8e68cfc3'
),
(
  'functions/queue/find_payload_problem.sql',
  'ce300e4fcf9d69b2afb6039d83be8dc890e3a08d8ade8025bc876243c4495335'
),
(
  'functions/queue/find_template_problem.sql',
  'dcf5621e760a625a098d4dfb909a0c17697f40fa4cdd71d1f015ecb44d32aa36'
),
(
  'functions/queue/find_text_problem.sql',
  '81199270bbd9fa476dde3d769bd570684d5214cf00814df10fc76f01e610aa80'
),
(
  'functions/queue/get_media_cache_key.sql',
  'f4dedc83dd2a5fe94a2530e998453c779a73963586092ba3e18f97787df0d26e'
),
(
  'functions/queue/hold_back.sql',
  'c57cafffb0a8e6ad3588b2055e4911c8a971f51f3027f378c5ee73098b65d847'
),
(
  'functions/queue/is_sound_list.sql',
  'bff3680c0dcd11ccf40b8e170fb61150d715a22789770145ae676c0388dc7f56'
),
(
  'functions/queue/judge_due.sql',
  'd46a52b0010486d7b9868ce3027319d50616bcc0a4979a2ff9f8ec72fe5edc61'
),
(
  'functions/queue/learn_addresses.sql',
  'dbca02c773b8de407692ce9c4a0bd24327fe11c1bb59079e7e8d30051ad885c7'
),
(
  'functions/queue/lease_notifications.sql',
  '120d2d7a6a874896d70af841d16639d79389948bfed841d46afff18ffd55cfa6'
),
(
  'functions/queue/list_failures.sql',
  '96fbe5b3d452811d5a2b43cfc3120db7b4e2c342c102005ae85c3ee63505b8e6'
),
(
  'functions/queue/list_sending_numbers.sql',
  '7429ed91801db96ba205d96269ab1eb0f30c4d7fdd35393b939ed0a74be33bbc'
),
(
  'functions/queue/mask_recipient.sql',
  '157506cf21757b6da3f7d8d001a1a64929bfe87ecbbcfb6226f3f0bde6d0764b'
),
(
  'functions/queue/match_statuses.sql',
  'c80976860f430e40f954ecc141f3f823b76acf415253414ad8c3dce09a39717b'
),
(
  'functions/queue/open_number.sql',
  'e629e2349dba972c34af63852a887dd7caf058ae1191e170b8ec90f480700e78'
),
(
  'functions/queue/park_blocked.sql',
  'a20e765c4da933f0ebc57e203f31b3b3a104071f295218f436ae7fe34e3f3c58'
),
(
  'functions/queue/pause_queue.sql',
  'f0b7bd78f5966eac3aca9e39763ac701d363790dd5a258016a4ed8282a09cb45'
),
(
  'functions/queue/prepare_notification.sql',
  'd9f28ee61c0693be76ea7d590d480b6d58e0aae1f5bebff52284fadafbb78724'
),
(
  'functions/queue/queue_replies.sql',
  '9c865d274266bfd5a929a678f248a52574cf2b2fa11335bcdeed94b1187a2a5d'
),
(
  'functions/queue/release_successors.sql',
  '869620f3d6cc56b792693e0e890ff9dc5215941adcd053aca60918ee1d00ea90'
),
(
  'functions/queue/release_waiting.sql',
  'c2f64de41336466d281d1d68751e18555e8c14e491ef114d1aca4a3cf95133b1'
),
(
  'functions/queue/requeue_failed_notification.sql',
  '2915fd4c101b0a6ca145aae3a81e6b67976b1493f6093252ef6c25b450321ad8'
),
(
  'functions/queue/require_recipient.sql',
  '5840f4351cf90ccd65a1e78ef512a553666e7f1cbed2905c919289fbbe2d919d'
),
(
  'functions/queue/resolve_media.sql',
  '92a03e897ff2e0b7222419bfb08cad12ad44021b8df8b7d9fe2fab0bd90a3696'
),
(
  'functions/queue/settle_accepted.sql',
  '4b50a6b007f0fe1f8d15dde044376d5c6a0f646ee75bf7bd9d662430d46a9b8e'
),
(
  'functions/queue/settle_failed.sql',
  '59e21d061534c48fe8a8bf9b3491284241d684c84e4d3671780f1d6d68ff5e28'
),
(
  'functions/queue/wa_notification_cancel.sql',
  '37aa5be887fd587cb0c282e8f97dd76027aacd195a63f23164277a4966ab6768'
),
(
  'functions/queue/wa_notifications_claim.sql',
  'ccef0d0d2ab103bd8401a9051dabfe63923690b28e1e8c9a28576883c7b4a6dc'
),
(
  'functions/queue/wa_notifications_settle.sql',
  '99837368ecb3a92c681dff8aa402b69c4336d78809aeff9012822d0fd2ce7150'
),
(
  'functions/queue/wa_notify.sql',
  '849ea2f3652b8c2cccfc1f4c6a1c1f4413f498afb811ed88327efdf9027c8c76'
),
(
  'functions/queue/wa_notify_many.sql',
  '35e9e690ca61fb973b562aa76cc513882da5bc1c1b0cc5d02200feef49f57987'
),
(
  'functions/queue/wa_queue_pause.sql',
  'ca0396a02cb651b04ceeeb5cf23c26ab6b69172430fbc1838cb2520935877e28'
),
(
  'functions/queue/wa_queue_resume.sql',
  '117a1acbb974c3b8a994a36d118fbebf757f5860d85ebf9567ac34ac5acebc49'
),
(
  'functions/queue/wake_notifier.sql',
  '3a5703d1e69a89725989427566a17a0625155cac63c3909de843b91ec2034b85'
),
(
  'functions/retention/create_log_partitions.sql',
  '1202a643dfd1aeb1d736fb59341e7e4b06244497fd79c02f45f42b43d667db00'
),
(
  'functions/retention/drop_log_partitions.sql',
  '37a67f53d72d472b3f79966d554cd002c0e8e58699daef7de900f98a6931cf2c'
),
(
  'functions/retention/purge_alerts.sql',
  '79bc69a8ae7a23d39f510c3ffcdcf6e3b8fcac7c12fa19d6a41d697e7877cfd3'
),
(
  'functions/retention/purge_default_logs.sql',
  '4ccfd915e90419f997d26d3c30fb0cad26631a1f35e6ce5e36ac26bbbda6071f'
),
(
  'functions/retention/purge_events.sql',
  'b7558911b18979bc0be91e403699b6efa344f08642cf44492fadeac27eb757ca'
),
(
  'functions/retention/purge_kept_payloads.sql',
  '62bea64e1dd7b3bec0d83701af6ef9505e0865eccfe5caf4f844cbe13f84ceb0'
),
(
  'functions/retention/purge_notifications.sql',
  'f2c226809d881cfefe8e5327868e0bbc04f287318c26f05eac10dd42673e96a2'
),
(
  'functions/retention/retention_cutoffs.sql',
  'fe1ec0e7a3cd80f2c975b62d47715603c6b747deea998cc8392b9707bc9e1832'
),
(
  'functions/retention/wa_retention_purge.sql',
  '9effe87331900d6880965daa74442ed482885ef4746d85f636d45b77124e114b'
),
(
  'functions/retention/wa_retention_step.sql',
  '066c0506fb3efe3c13d8e04170e128a66102b6a9af5090fb1f2caf98abc6faaf'
)
on conflict (path) do update set sha256 = excluded.sha256, applied_at = now();
