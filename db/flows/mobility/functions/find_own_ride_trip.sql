create or replace function wa.find_own_ride_trip(p_trip_id uuid, p_user_id uuid)
returns wa.ride_trips
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_trip wa.ride_trips;
begin
  select trip.* into v_trip
  from wa.ride_trips as trip
  where trip.trip_id = p_trip_id and trip.user_id = p_user_id;

  if not found then
    raise exception using
      errcode = 'WA110',
      message = 'there is no such ride for this profile',
      detail = format('_trip_id is %s.', coalesce(p_trip_id::text, 'null')),
      hint = 'Use an id from ride_list_mine or ride_find_matches.';
  end if;
  return v_trip;
end
$$;

comment on function wa.find_own_ride_trip is
'A trip of this person. Raises WA110 otherwise, without telling whether it exists. Volatile, to see what was committed while the caller waited for a lock.';
