create or replace function wa.lock_ride_trips(p_trip_ids uuid[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Their owners before them, since who is erased or merged is locked before what is theirs.
  perform wa.hold_profile(owner.user_id)
  from (
    select distinct trip.user_id from wa.ride_trips as trip where trip.trip_id = any(p_trip_ids) order by trip.user_id
  ) as owner;

  perform from wa.ride_trips as trip
  where trip.trip_id = any(p_trip_ids)
  order by trip.trip_id
  for no key update;
end
$$;

comment on function wa.lock_ride_trips is
'Holds the owners of trips and locks the trips, each in the order of their ids, after the acting profile and before anything that depends on them is read.';
