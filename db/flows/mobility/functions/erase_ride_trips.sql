create or replace function wa.erase_ride_trips(p_user_ids uuid[])
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_trip_ids constant uuid[] := array(
    select trip.trip_id from wa.ride_trips as trip where trip.user_id = any(p_user_ids)
  );
  v_erased bigint;
begin
  perform wa.lock_ride_trips(
    v_trip_ids || array(
      select unnest(array[match.driver_trip_id, match.passenger_trip_id])
      from wa.ride_matches as match
      where match.driver_trip_id = any(v_trip_ids) or match.passenger_trip_id = any(v_trip_ids)
    )
  );

  perform wa.cancel_ride_trip(trip.trip_id, 'gone')
  from wa.ride_trips as trip
  where trip.trip_id = any(v_trip_ids) and trip.departs_at > now() - wa.ride_duration();

  delete from wa.ride_matches as match
  where match.driver_trip_id = any(v_trip_ids) or match.passenger_trip_id = any(v_trip_ids);

  delete from wa.ride_trips as trip
  where trip.trip_id = any(v_trip_ids);
  get diagnostics v_erased = row_count;
  return v_erased;
end
$$;

alter function wa.erase_ride_trips owner to wa_runtime;

comment on function wa.erase_ride_trips is
'Of wa_erase_profile: calls off a person''s trips, tells those who would ride along, without a name, and deletes them.';

grant execute on function wa.erase_ride_trips to wa_privacy;
