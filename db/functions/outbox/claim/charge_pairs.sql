create or replace function wa.charge_pairs(p_user_ids uuid[], p_phone_number_id text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_interval interval := make_interval(secs => wa.get_setting('pair_interval_seconds')::double precision);
  v_now constant timestamptz := clock_timestamp();
  v_charged integer;
begin
  -- By UTC, since an update is to come to the same whatever a session's time zone.
  update wa.pair_pace as pace
  set paid_until = (greatest(pace.paid_until, v_now) at time zone 'UTC' + v_interval) at time zone 'UTC'
  where pace.user_id = any(p_user_ids) and pace.phone_number_id = p_phone_number_id;

  get diagnostics v_charged = row_count;

  if v_charged < cardinality(array_remove(p_user_ids, null)) then
    insert into wa.pair_pace (user_id, phone_number_id, paid_until)
    select charged.user_id, p_phone_number_id, v_now + v_interval
    from unnest(p_user_ids) as charged (user_id)
    where charged.user_id is not null
    on conflict (user_id, phone_number_id) do nothing;
  end if;
end
$$;

comment on function wa.charge_pairs is
'Takes one message each from the pace at which a business number writes to these users; null stands for nobody.';
