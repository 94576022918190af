create or replace function wa.cancel_ride_trip(p_trip_id uuid, p_kind text)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_matches wa.ride_matches[];
begin
  perform wa.lock_ride_trips(
    array(
      select p_trip_id
      union
      select unnest(array[match.driver_trip_id, match.passenger_trip_id])
      from wa.ride_matches as match
      where p_trip_id in (match.driver_trip_id, match.passenger_trip_id) and match.status in ('asked', 'agreed')
    )
  );

  v_matches := array(
    select match
    from wa.ride_matches as match
    where p_trip_id in (match.driver_trip_id, match.passenger_trip_id) and match.status in ('asked', 'agreed')
    order by match.match_id
  );

  perform wa.end_ride_match(
    match, case p_trip_id when match.driver_trip_id then 'driver' else 'passenger' end, p_kind
  )
  from unnest(v_matches) as match;

  update wa.ride_trips as trip
  set cancelled_at = now()
  where trip.trip_id = p_trip_id and trip.cancelled_at is null;
  return cardinality(v_matches);
end
$$;

comment on function wa.cancel_ride_trip is
'Calls a trip off, and with it whatever was asked or agreed; returns how many of these there were. p_kind: cancelled, or gone when its owner is.';
