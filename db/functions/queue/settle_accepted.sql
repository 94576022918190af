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
