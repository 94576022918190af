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
