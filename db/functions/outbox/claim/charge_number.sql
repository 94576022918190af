create or replace function wa.charge_number(p_phone_number_id text, p_count integer)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rate double precision := wa.get_setting('number_rate_per_second')::double precision;
  v_now constant timestamptz := clock_timestamp();
begin
  if p_count > 0 then
    update wa.number_pace as pace
    -- By UTC, since an update is to come to the same whatever a session's time zone.
    set paid_until = (
      greatest(pace.paid_until, v_now) at time zone 'UTC'
      + make_interval(secs => p_count / coalesce(pace.rate_per_second, v_rate))
    ) at time zone 'UTC'
    where pace.phone_number_id = p_phone_number_id
      and coalesce(pace.rate_per_second, v_rate) > 0;
  end if;
end
$$;

comment on function wa.charge_number is
'Takes what was claimed from the business number''s rate. Follows wa.open_number in the same transaction.';
