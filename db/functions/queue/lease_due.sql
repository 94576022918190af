create or replace function wa.lease_due(
  p_number text,
  p_worker text,
  p_wanted integer,
  p_look integer,
  p_except bigint[],
  p_lease interval
)
returns table (
  id bigint,
  verdict text,
  address text,
  lock_token uuid,
  phone_number_id text,
  kind text,
  payload jsonb,
  retry_count integer
)
language plpgsql
volatile
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_now timestamptz := clock_timestamp();
  v_token uuid := gen_random_uuid();
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
    pg_postmaster_start_time() + make_interval(secs => max(setting.value::double precision) filter (
      where setting.key = 'in_doubt_seconds'
    ))
  into strict v_window_opens, v_pair_interval, v_pair_burst, v_doubt_ends
  from wa.settings as setting
  where setting.key in ('service_window_margin_seconds', 'pair_interval_seconds', 'pair_burst', 'in_doubt_seconds');

  return query
  with due as materialized (
    select candidate.*
    from unnest(array[0, 1, 2]::smallint[]) as level (priority)
    cross join lateral (
      select notification.*
      from public.notifications as notification
      where notification.due_at <= v_now
        and notification.priority = level.priority
        and coalesce(notification.phone_number_id, '') = p_number
        and notification.id <> all(p_except)
      -- All columns of the index: only then the planner reads it in order instead of sorting what is due.
      order by
        coalesce(notification.phone_number_id, ''), notification.priority, notification.due_at, notification.id
      limit p_look
      for update skip locked
    ) as candidate
    limit p_look
  ),

  -- Materialized, or each check below would work out the template for itself.
  known as materialized (
    select
      due.*,
      coalesce(profile.whatsapp_e164, profile.wa_user_id, due.recipient) as address,
      profile.opted_out_at is not null and not due.to_opted_out as is_opted_out,
      profile.whatsapp_e164 is null and due.user_id is not null as lacks_phone,
      service.is_closed and not service.is_template as needs_fallback,
      -- The template that would be sent now.
      case
        when service.is_template then due.payload -> 'template'
        when service.is_closed then due.fallback_template -> 'template'
      end as template,
      -- Not exists: where one user owns most open rows, the planner would rather scan the table.
      (
        select earlier.id from public.notifications as earlier
        where earlier.open_user_id = due.open_user_id and (earlier.send_at, earlier.id) < (due.send_at, due.id)
        order by earlier.send_at, earlier.id
        limit 1
      ) is not null as is_blocked
    from due
    -- A probe for each row, however many rows the planner expects: hence the limit, and no join above.
    left join lateral (
      select sender.last_inbound_at, sender.opted_out_at, sender.whatsapp_e164, sender.wa_user_id
      from public.profiles as sender
      where sender.user_id = due.user_id
      limit 1
    ) as profile on true
    cross join lateral (
      values (
        (due.user_id is null or profile.last_inbound_at > v_window_opens) is not true,
        due.payload ->> 'type' is not distinct from 'template'
      )
    ) as service (is_closed, is_template)
  ),

  judged as materialized (
    select
      known.id,
      known.address,
      row_number() over (order by known.priority, known.due_at, known.id) as position,
      case
        when known.status = 'sending' then 'lease_expired'
        when known.expires_at <= v_now then 'expired'
        when known.in_doubt_since is not null and v_now < v_doubt_ends then 'in_doubt'
        when known.kind = 'read_receipt' then 'send'
        when known.is_opted_out then 'opted_out'
        when known.is_blocked then 'blocked'
        when known.needs_fallback and known.outside_window = 'wait' then 'wait_for_user'
        when known.needs_fallback and known.outside_window = 'cancel' then 'window_closed'
        when exists (
          select from wa.recipient_blocks as block
          where block.user_id = known.user_id
            and block.ends_at > v_now
            and block.template_name in ('', known.template ->> 'name')
        ) then 'recipient_blocked'
        when known.lacks_phone and exists (
          select from wa.phone_only_templates as template
          where template.name = known.template ->> 'name'
        ) then 'phone_needed'
        when known.template is not null and exists (
          select from wa.message_templates as template
          where template.name = known.template ->> 'name'
            and template.language = known.template #>> '{language,code}'
            and template.is_held
        ) then 'template_held'
        when known.waiting_for is not null then 'back_in_line'
        when known.template is not null and exists (
          select from wa.marketing_preferences as preference
          inner join wa.message_templates as template
            on template.name = known.template ->> 'name'
              and template.language = known.template #>> '{language,code}'
          where preference.user_id = known.user_id and preference.is_stopped and template.category = 'MARKETING'
        ) then 'marketing_stopped'
        when (
          select pace.paid_until from wa.pair_pace as pace
          where pace.user_id = known.user_id and pace.phone_number_id = p_number
        ) > v_now + v_pair_interval * (v_pair_burst - 1) then 'too_fast'
        when known.needs_fallback then 'send_template'
        else 'send'
      end as verdict
    from known
  ),

  leased as (
    update public.notifications as notification
    set
      status = 'sending',
      locked_by = p_worker,
      lock_token = v_token,
      locked_until = clock_timestamp() + p_lease,
      last_attempt_at = clock_timestamp(),
      in_doubt_since = null,
      blocked_by = null
    from (select * from judged where judged.verdict = 'send' order by judged.position limit p_wanted) as chosen
    where notification.id = chosen.id
    returning
      notification.id, notification.lock_token, notification.phone_number_id, notification.kind, notification.payload,
      notification.retry_count, notification.user_id, notification.open_user_id, notification.send_at, chosen.address
  ),

  paced as (
    insert into wa.pair_pace as pace (user_id, phone_number_id, paid_until)
    select leased.user_id, p_number, clock_timestamp() + v_pair_interval
    from leased
    where leased.open_user_id is not null and v_pair_interval > interval '0'
    on conflict (user_id, phone_number_id) do update
    set paid_until = greatest(pace.paid_until, clock_timestamp()) + v_pair_interval
  )

  (
    select
      leased.id,
      'send',
      leased.address,
      leased.lock_token,
      leased.phone_number_id,
      leased.kind,
      leased.payload,
      leased.retry_count
    from leased
    order by leased.send_at, leased.id
  )
  union all
  select judged.id, judged.verdict, judged.address, null, null, null, null, null
  from judged
  where judged.verdict <> 'send';
end
$$;

comment on function wa.lease_due(text, text, integer, integer, bigint[], interval) is
'Locks the next p_look due notifications of a business number, skipping those another worker holds, and judges what is to be done with each now. Returns those that it leases to the worker, p_wanted at most, to be sent to address (the profile''s present one), and those that may not be sent, without a lock_token.';

revoke all on function wa.lease_due(text, text, integer, integer, bigint[], interval) from public;
grant execute on function wa.lease_due(text, text, integer, integer, bigint[], interval) to wa_runtime;
