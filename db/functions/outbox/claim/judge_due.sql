create or replace function wa.judge_due(
  p_number text,
  p_look integer,
  p_except bigint[],
  out looked_at integer,
  out ready_rows tid[],
  out ready_addresses text[],
  out paced_users uuid[],
  out blocked_ids bigint[],
  out held_back jsonb
)
returns record
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- Each row is another user's: what was looked up for one serves no other.
set enable_memoize = off
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_window_opens timestamptz;
  v_pair_interval interval;
  v_pair_burst double precision;
  v_doubt_ends timestamptz;
begin
  select
    v_now - interval '24 hours' + make_interval(secs => max(setting.value::double precision) filter (
      where setting.key = 'service_window_margin_seconds'
    )),
    make_interval(secs => max(setting.value::double precision) filter (where setting.key = 'pair_interval_seconds')),
    max(setting.value::double precision) filter (where setting.key = 'pair_burst'),
    -- While the server was away, no status could come in.
    (select presence.present_since from wa.server_presence as presence where presence.only_row)
    + make_interval(secs => max(setting.value::double precision) filter (
      where setting.key = 'in_doubt_seconds'
    ))
  into strict v_window_opens, v_pair_interval, v_pair_burst, v_doubt_ends
  from wa.settings as setting
  where setting.key in ('service_window_margin_seconds', 'pair_interval_seconds', 'pair_burst', 'in_doubt_seconds');

  select
    count(*),
    array_agg(judged.place order by judged.priority, judged.turn_at, judged.id) filter (where judged.verdict = 'send'),
    array_agg(judged.address order by judged.priority, judged.turn_at, judged.id) filter (where judged.verdict = 'send'),
    array_agg(judged.open_user_id order by judged.priority, judged.turn_at, judged.id) filter (
      where judged.verdict = 'send' and v_pair_interval > interval '0'
    ),
    array_agg(judged.id) filter (where judged.verdict = 'blocked'),
    jsonb_object_agg(judged.id, judged.verdict) filter (where judged.verdict not in ('send', 'blocked'))
  into looked_at, ready_rows, ready_addresses, paced_users, blocked_ids, held_back
  from (
    select
      due.id,
      due.place,
      due.open_user_id,
      due.priority,
      due.turn_at,
      coalesce(profile.whatsapp_e164, profile.wa_user_id, due.recipient) as address,
      case
        when due.status = 'sending' then 'lease_expired'
        when due.expires_at <= v_now then 'expired'
        when due.in_doubt_since is not null and v_now < v_doubt_ends then 'in_doubt'
        when due.kind = 'read_receipt' then 'send'
        when profile.opted_out_at is not null and not due.to_opted_out then 'opted_out'
        -- Not exists: where one user owns most open rows, the planner would rather scan the table.
        when (
          select earlier.id from public.notifications as earlier
          where earlier.open_user_id = due.open_user_id and (earlier.send_at, earlier.id) < (due.send_at, due.id)
          order by earlier.send_at, earlier.id
          limit 1
        ) is not null then 'blocked'
        when service.needs_fallback and due.outside_window = 'wait' then 'wait_for_user'
        when service.needs_fallback and due.outside_window = 'cancel' then 'window_closed'
        when exists (
          select from wa.recipient_blocks as block
          where block.user_id = due.user_id
            and block.ends_at > v_now
            and block.template_name in ('', service.template ->> 'name')
        ) then 'recipient_blocked'
        when service.template is not null and due.user_id is not null and profile.whatsapp_e164 is null and exists (
          select from wa.phone_only_templates as template
          where template.name = service.template ->> 'name'
        ) then 'phone_needed'
        when service.template is not null and exists (
          select from wa.message_templates as template
          where template.name = service.template ->> 'name'
            and template.language = replace(service.template #>> '{language,code}', '-', '_')
            and template.is_held
        ) then 'template_held'
        when due.waiting_for is not null then 'back_in_line'
        when service.template is not null and exists (
          select from wa.marketing_preferences as preference
          inner join wa.message_templates as template
            on template.name = service.template ->> 'name'
              and template.language = replace(service.template #>> '{language,code}', '-', '_')
          where preference.user_id = due.user_id and preference.is_stopped and template.category = 'MARKETING'
        ) then 'marketing_stopped'
        when v_pair_interval > interval '0' and (
          select pace.paid_until from wa.pair_pace as pace
          where pace.user_id = due.user_id and pace.phone_number_id = p_number
        ) > v_now + v_pair_interval * (v_pair_burst - 1) then 'too_fast'
        when service.needs_fallback then 'send_template'
        else 'send'
      end as verdict
    from (
      select candidate.*
      from unnest(array[0, 1, 2]::smallint[]) as level (priority)
      cross join lateral (
        select
          notification.ctid as place,
          notification.id,
          notification.user_id,
          notification.open_user_id,
          notification.recipient,
          notification.status,
          notification.kind,
          notification.priority,
          notification.turn_at,
          notification.send_at,
          notification.expires_at,
          notification.in_doubt_since,
          notification.waiting_for,
          notification.to_opted_out,
          notification.outside_window,
          case when notification.payload ->> 'type' = 'template' then notification.payload -> 'template' end as template,
          notification.fallback_template -> 'template' as fallback_template
        from public.notifications as notification
        where notification.turn_at <= v_now
          -- Not while its lease runs.
          and (notification.status = 'queued' or notification.locked_until <= v_now)
          and notification.priority = level.priority
          and coalesce(notification.phone_number_id, '') = p_number
          and notification.id <> all(p_except)
        -- All columns of the index: only then the planner reads it in order instead of sorting what is due.
        order by
          coalesce(notification.phone_number_id, ''), notification.priority, notification.turn_at, notification.id
        limit p_look
        for update skip locked
      ) as candidate
      limit p_look
    ) as due
    -- A probe for each row, however many rows the planner expects: hence the limit, and no join above.
    left join lateral (
      select sender.opted_out_at, sender.whatsapp_e164, sender.wa_user_id
      from public.profiles as sender
      where sender.user_id = due.user_id
      limit 1
    ) as profile on true
    left join lateral (
      select max(written.last_inbound_at) as last_inbound_at
      from wa.service_windows as written
      where written.user_id = due.user_id
        and (p_number = '' or written.phone_number_id = p_number)
    ) as service_window on true
    cross join lateral (
      select
        due.template is null and hours.is_closed as needs_fallback,
        -- The template that would be sent now.
        case when due.template is not null or not hours.is_closed then due.template else due.fallback_template end
          as template
      from (values ((due.user_id is null or service_window.last_inbound_at > v_window_opens) is not true)) as hours (is_closed)
    ) as service
    -- So that a verdict is worked out once, not by every aggregate.
    offset 0
  ) as judged;
end
$$;

comment on function wa.judge_due is
'Locks the next p_look due notifications of a business number, skipping those another worker holds, and judges what is to be done with each now. Those to be sent: ready_rows, where the row is, with ready_addresses, the profile''s present one, and paced_users, null where no pace or place in a user''s order counts. Those that wait for an earlier one: blocked_ids. All others: held_back, from id to verdict. looked_at counts all.';
