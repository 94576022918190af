create or replace function public.wa_failed_events(
  error_like text default null,
  received_after timestamptz default '-infinity',
  received_before timestamptz default 'infinity',
  with_moved_on boolean default false
)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
as $$
begin
  return (
    with failed as (
      (
        select event.error, event.received_at, event.user_id, event.phone_number_id, event.sent_at
        from public.wa_events as event
        where event.status = 'failed'
          and event.received_at >= wa_failed_events.received_after
          and event.received_at < wa_failed_events.received_before
          and (wa_failed_events.error_like is null or event.error like wa_failed_events.error_like)
        order by event.received_at desc
        limit 10000
      )
      union all
      (
        select event.error, event.received_at, event.user_id, event.phone_number_id, event.sent_at
        from public.wa_events as event
        inner join wa.numbers as number
          on number.phone_number_id = event.phone_number_id and number.retired_at is null
        where event.status = 'ignored'
          and event.payload is not null
          and event.received_at >= wa_failed_events.received_after
          and event.received_at < wa_failed_events.received_before
          and (wa_failed_events.error_like is null or event.error like wa_failed_events.error_like)
        order by event.received_at desc
        limit 10000
      )
      order by received_at desc
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
    ) || case
      when wa_failed_events.with_moved_on then jsonb_build_object(
        'moved_on', (
          select count(*)
          from failed
          where wa.has_moved_on(failed.user_id, failed.phone_number_id, failed.sent_at, failed.received_at)
        )
      )
      else '{}'
    end
  );
end
$$;

alter function public.wa_failed_events owner to wa_runtime;

comment on function public.wa_failed_events is
'What wa_replay_events with the same arguments would replay: how many messages (of the newest 10,000; is_capped: there may be more), and the twenty most frequent errors, masked, with count, oldest and newest; with_moved_on also those that it would leave, since their conversations have moved on.';

grant execute on function public.wa_failed_events to wa_operator_role;
