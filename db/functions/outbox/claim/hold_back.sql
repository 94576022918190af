create or replace function wa.hold_back(p_verdicts jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_expired_leases jsonb;
  v_result jsonb;
  v_settled_users uuid[];
  v_failures jsonb;
  v_event jsonb;
  v_now constant timestamptz := clock_timestamp();
begin
  with verdict as materialized (
    select
      judged.key::bigint as id,
      judged.value as name,
      case judged.value
        when 'in_doubt' then (
          select presence.present_since + make_interval(secs => wa.get_setting('in_doubt_seconds')::double precision)
          from wa.server_presence as presence
          where presence.only_row
        )
        when 'template_held'
          then v_now + make_interval(secs => wa.get_setting('template_recheck_seconds')::double precision)
        when 'too_fast' then (
          select pace.paid_until - make_interval(
            secs => (wa.get_setting('pair_burst')::double precision - 1)
            * wa.get_setting('pair_interval_seconds')::double precision
          )
          from public.notifications as early
          inner join wa.pair_pace as pace
            on pace.user_id = early.user_id and pace.phone_number_id = coalesce(early.phone_number_id, '')
          where early.id = judged.key::bigint
        )
      end as next_attempt_at
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
      waiting_for = case when verdict.name = 'wait_for_user' then 'user' when verdict.name = 'template_held' then 'template' end,
      next_attempt_at = case
        when verdict.name = 'wait_for_user' then null
        when verdict.name = 'in_doubt' then verdict.next_attempt_at
        when verdict.name = 'template_held' then verdict.next_attempt_at
        when verdict.name = 'too_fast' then verdict.next_attempt_at
        else notification.next_attempt_at
      end,
      failed_at = case
        when verdict.name in ('recipient_blocked', 'phone_needed') then v_now
      end,
      error_code = case
        when verdict.name = 'recipient_blocked' then coalesce(
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
        when verdict.name = 'phone_needed' then 131062
        else notification.error_code
      end,
      error_message = case
        when verdict.name = 'expired' then 'not sent: past its expires_at'
        when verdict.name = 'opted_out' then 'not sent: the user has opted out'
        when verdict.name = 'window_closed' then 'not sent: the 24-hour window is closed'
        when verdict.name = 'marketing_stopped' then 'not sent: the user has stopped marketing messages'
        when verdict.name = 'template_held' then 'not sent yet: Meta does not take the template'
        when verdict.name = 'recipient_blocked' then 'not sent: an earlier message could not be delivered to this user'
        when verdict.name = 'phone_needed' then 'not sent: Meta does not deliver this template to a BSUID, and the phone number is unknown'
        else notification.error_message
      end,
      payload = case
        when verdict.name = 'send_template' then notification.fallback_template else notification.payload
      end,
      blocked_by = null
    from verdict
    where notification.id = verdict.id
      -- Not only joined: as in wa.settle_accepted.
      and notification.id = any(array(select one.id from verdict as one))
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

  insert into wa.alert_occurrences (kind, group_key, detail, seen_count)
  select
    'notification_failed',
    coalesce(failure.value ->> 'error_code', 'recipient') as group_key,
    (array_agg(failure.value order by failure.position desc))[1],
    count(*)
  from jsonb_array_elements(v_failures) with ordinality as failure (value, position)
  group by group_key;

  -- A claim answers with rows, so that its events leave as notices.
  for v_event in select emitted.value from jsonb_array_elements(v_result) as emitted loop
    perform wa.emit_event(v_event ->> 'event', v_event - '{event,level}'::text[], v_event ->> 'level');
  end loop;
end
$$;

comment on function wa.hold_back is
'Carries out what wa.judge_due found against sending now: an object from notification id to verdict. The caller has locked the rows.';
