create or replace function wa.settle_failed(p_results jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
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

comment on function wa.settle_failed is
'Applies the failed ones among results whose rows the caller has locked. A row that a status has settled meanwhile stays settled.';
