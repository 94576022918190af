create or replace function wa.expire_ride_trips(p_batch integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_trip_ids constant uuid[] := array(
    select trip.trip_id
    from wa.ride_trips as trip
    where trip.departs_at < now() - make_interval(secs => wa.get_setting('ride_trips_ttl_days')::double precision * 86400)
    order by trip.departs_at
    limit p_batch
  );
begin
  delete from wa.ride_matches as match
  where match.driver_trip_id = any(v_trip_ids) or match.passenger_trip_id = any(v_trip_ids);

  delete from wa.ride_trips as trip
  where trip.trip_id = any(v_trip_ids);
  return cardinality(v_trip_ids);
end
$$;

alter function wa.expire_ride_trips owner to wa_runtime;

comment on function wa.expire_ride_trips is
'Of wa.expire_tables: deletes up to p_batch trips, and who rode along, that set out longer ago than ride_trips_ttl_days.';

grant execute on function wa.expire_ride_trips to wa_maintenance;
