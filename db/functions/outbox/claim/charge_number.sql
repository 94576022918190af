create or replace function wa.charge_number(p_phone_number_id text, p_count integer)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rate double precision := wa.get_setting('number_rate_per_second')::double precision;
begin
  if p_count > 0 then
    update wa.number_pace as pace
    set paid_until = greatest(pace.paid_until, clock_timestamp())
    + make_interval(secs => p_count / coalesce(pace.rate_per_second, v_rate))
    where pace.phone_number_id = p_phone_number_id
      and coalesce(pace.rate_per_second, v_rate) > 0;
  end if;
end
$$;

comment on function wa.charge_number is
'Takes what was claimed from the business number''s rate. Follows wa.open_number in the same transaction.';
