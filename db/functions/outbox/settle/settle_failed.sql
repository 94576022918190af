create or replace function wa.settle_failed(p_results jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_failures jsonb;
  v_settled_already integer;
begin
  with answered as materialized (
    select
      result.value as body,
      notification.id,
      notification.status,
      wa.get_media_cache_key(notification.payload, notification.phone_number_id) as cache_key
    from jsonb_array_elements(p_results) as result
    -- A probe for each, however many rows the planner expects.
    cross join lateral (
      select failed.* from public.notifications as failed where failed.id = (result.value ->> 'id')::bigint limit 1
    ) as notification
    where result.value ->> 'outcome' <> 'accepted'
  ),

  forgotten as (
    delete from wa.media_cache as cached
    where cached.cache_key = any(
      array(
        select answered.cache_key
        from answered
        where answered.body ->> 'outcome' = 'rejected'
          and answered.body ->> 'error_code' in ('100', '131009', '131052', '131053')
          and answered.body #>> '{media,media_id}' is null
      )
    )
    returning cached.cache_key
  )

  select
    jsonb_agg(
      jsonb_build_object(
        'id', answered.id,
        -- The id of an earlier upload was refused: the next attempt uploads again.
        'outcome', case
          when answered.cache_key in (select forgotten.cache_key from forgotten) then 'stale_media'
          else answered.body ->> 'outcome'
        end,
        'http_status', answered.body -> 'http_status',
        'error_code', answered.body -> 'error_code',
        'error_message', answered.body -> 'error_message',
        'fbtrace_id', answered.body -> 'fbtrace_id',
        'retry_after_seconds', answered.body -> 'retry_after_seconds'
      )
    ) filter (
      where answered.status = 'sending'
        or (answered.status = 'queued' and answered.body ->> 'outcome' <> 'unknown')
    ),
    count(*) filter (
      where answered.status <> 'sending'
        and not (answered.status = 'queued' and answered.body ->> 'outcome' <> 'unknown')
    )
  into v_failures, v_settled_already
  from answered;

  if v_failures is null then
    return jsonb_build_object('stale', v_settled_already);
  end if;

  return wa.apply_send_failures(v_failures) || jsonb_build_object('stale', v_settled_already);
end
$$;

comment on function wa.settle_failed is
'Applies the failed ones among results whose rows the caller has locked. A row that a status has settled meanwhile stays settled.';
