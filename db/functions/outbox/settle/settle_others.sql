create or replace function wa.settle_others(p_results jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_owned jsonb;
  v_stale integer;
  v_failed jsonb;
begin
  -- All of them, so that whatever settles several rows locks them in the same order.
  with held as materialized (
    select
      notification.id,
      notification.lock_token,
      notification.status in ('sending', 'sent', 'delivered', 'read')
      or notification.in_doubt_since is not null as is_settleable
    from public.notifications as notification
    where notification.id = any(array(select (result.value ->> 'id')::bigint from jsonb_array_elements(p_results) as result))
    order by notification.id
    for update
  )

  select
    jsonb_agg(result.value order by held.id) filter (where held.id is not null),
    count(*) filter (where held.id is null and result.value ->> 'outcome' is distinct from 'accepted')
  into v_owned, v_stale
  from jsonb_array_elements(p_results) as result
  left join held
    on (result.value ->> 'id')::bigint = held.id
    and (result.value ->> 'lock_token')::uuid = held.lock_token
    and held.is_settleable;

  if v_owned is null then
    return jsonb_build_object('stale', v_stale);
  end if;

  insert into wa.media_cache as media (cache_key, media_id, expires_at)
  select distinct on (result.value #>> '{media,cache_key}')
    result.value #>> '{media,cache_key}',
    result.value #>> '{media,media_id}',
    clock_timestamp() + make_interval(secs => 86400 * wa.get_setting('media_ttl_days')::double precision)
  from jsonb_array_elements(v_owned) as result
  where result.value ->> 'outcome' = 'accepted'
    and result.value #>> '{media,cache_key}' is not null
    and result.value #>> '{media,media_id}' is not null
  order by result.value #>> '{media,cache_key}'
  on conflict (cache_key) do update
  set media_id = excluded.media_id, expires_at = excluded.expires_at;

  v_failed := wa.settle_failed(v_owned);
  return v_failed || jsonb_build_object('stale', v_stale + (v_failed ->> 'stale')::integer);
end
$$;

comment on function wa.settle_others is
'Locks the notifications of all results, settles those that were not accepted and whose lock token still counts, and remembers media that was uploaded for accepted ones, which wa.settle_accepted settles. Returns counts and events.';
