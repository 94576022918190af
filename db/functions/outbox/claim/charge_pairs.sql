create or replace function wa.charge_pairs(p_user_ids uuid[], p_phone_number_id text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_interval interval := make_interval(secs => wa.get_setting('pair_interval_seconds')::double precision);
begin
  insert into wa.pair_pace as pace (user_id, phone_number_id, paid_until)
  select charged.user_id, p_phone_number_id, clock_timestamp() + v_interval
  from unnest(p_user_ids) as charged (user_id)
  where charged.user_id is not null
  on conflict (user_id, phone_number_id) do update
  set paid_until = greatest(
    -- By UTC, since an upsert is to come to the same whatever a session's time zone.
    (pace.paid_until at time zone 'UTC' + v_interval) at time zone 'UTC', excluded.paid_until
  );
end
$$;

comment on function wa.charge_pairs is
'Takes one message each from the pace at which a business number writes to these users; null stands for nobody.';
