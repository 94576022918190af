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
