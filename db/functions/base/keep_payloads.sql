create or replace function wa.keep_payloads(p_payloads jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_erased constant bytea[] := array(
    select erased.digest
    from wa.erased_digests as erased
    where erased.digest = any(
      array(
        select sha256(decode(payload.body, 'base64')) from jsonb_to_recordset(p_payloads) as payload (body text)
      )
    )
  );
begin
  with payload as (
    select decode(payload.body, 'base64') as body, payload.reason, payload.error
    from jsonb_to_recordset(p_payloads) as payload (body text, reason text, error text)
    where sha256(decode(payload.body, 'base64')) <> all(v_erased)
  ),

  distinct_payload as (
    select
      payload.body,
      -- One that was processed after all does not hide one that waits for a person.
      (array_agg(payload.reason order by payload.reason = 'text_replaced'))[1] as reason,
      (array_agg(payload.error order by payload.reason = 'text_replaced'))[1] as error,
      count(*)::integer as seen_count
    from payload
    group by payload.body
  )

  insert into wa.kept_payloads as kept (reason, error, body, seen_count)
  select reason, error, body, seen_count
  from distinct_payload
  order by sha256(body)
  on conflict (sha256) do update
    set
      seen_count = kept.seen_count + excluded.seen_count,
      reason = case when excluded.reason = 'text_replaced' then kept.reason else excluded.reason end,
      error = case when excluded.reason = 'text_replaced' then kept.error else excluded.error end,
      replayed_at = case when excluded.reason = 'text_replaced' then kept.replayed_at end;

  insert into wa.alert_occurrences (kind, group_key, detail, seen_count)
  select
    'payload_kept',
    payload.reason,
    jsonb_strip_nulls(
      jsonb_build_object('sqlstate', max(substring(payload.error from '^([0-9A-Z]{5}):')))
    ),
    count(*)
  from jsonb_to_recordset(p_payloads) as payload (reason text, error text)
  where payload.reason <> 'text_replaced'
  group by payload.reason;
end
$$;

comment on function wa.keep_payloads is
'Stores signed payloads byte for byte: an array of objects with body (base64), reason and error. The same bytes are stored once and counted. What waits for a person raises an alert.';
