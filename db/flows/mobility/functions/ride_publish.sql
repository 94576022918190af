create or replace function public.ride_publish(
  _profile_id uuid,
  _role text,
  _from_name text,
  _from_lat double precision,
  _from_lng double precision,
  _to_name text,
  _to_lat double precision,
  _to_lng double precision,
  _departs_at timestamptz,
  _seats integer
)
returns table (trip_id uuid, told integer)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  c_most_a_day constant integer := 10;
  c_most_told constant integer := 5;
  v_user_id uuid := wa.lock_acting_profile(_profile_id);
  v_trip wa.ride_trips;
  v_problem text;
  v_nearest uuid[];
  v_told integer;
begin
  perform wa.check_coordinates(_from_lat, _from_lng);
  perform wa.check_coordinates(_to_lat, _to_lng);
  v_trip.from_name := wa.clean_line(_from_name);
  v_trip.to_name := wa.clean_line(_to_name);

  v_problem := case
    when (_role in ('driver', 'passenger')) is not true then '_role is driver or passenger.'
    when (char_length(v_trip.from_name) <= 60 and char_length(v_trip.to_name) <= 60) is not true
      then 'A place has a name of 1 to 60 characters.'
    when wa.measure_distance(_from_lat, _from_lng, _to_lat, _to_lng) < 0.3 then 'It ends where it begins.'
    when (_departs_at > now()) is not true then '_departs_at is to come.'
    when _departs_at > now() + interval '60 days' then '_departs_at is within 60 days.'
    when (_seats between 1 and 8) is not true then '_seats is from 1 to 8.'
  end;

  if v_problem is not null then
    raise exception using
      errcode = 'WA113',
      message = 'this is no trip that can be published',
      detail = v_problem,
      hint = 'Correct what the detail names, and call again.';
  end if;

  if (
    select count(*) >= c_most_a_day from wa.ride_trips as trip
    where trip.user_id = v_user_id and trip.created_at > now() - interval '1 day'
  ) then
    raise exception using
      errcode = 'WA115',
      message = 'this profile has published too many trips',
      detail = format('There were %s within a day, cancelled ones included.', c_most_a_day),
      hint = 'Wait until a day has passed since the first of them.';
  end if;

  insert into wa.ride_trips (
    user_id, role, from_name, from_latitude, from_longitude, to_name, to_latitude, to_longitude, departs_at, seats
  )
  values (
    v_user_id, _role, v_trip.from_name, _from_lat, _from_lng, v_trip.to_name, _to_lat, _to_lng, _departs_at, _seats
  )
  returning * into v_trip;

  -- Whoever looked before and found nobody need not look again.
  v_nearest := array(
    select fit.trip_id from wa.list_fitting_trips(v_trip) as fit limit c_most_told
  );
  perform wa.lock_ride_trips(v_nearest);
  perform wa.tell_of_ride(other.trip_id, v_trip.trip_id, 'fits')
  from wa.ride_trips as other
  where other.trip_id = any(v_nearest) and other.cancelled_at is null;
  get diagnostics v_told = row_count;
  return query select v_trip.trip_id, v_told;
end
$$;

alter function public.ride_publish owner to wa_runtime;

comment on function public.ride_publish is
'Publishes a trip of the profile. _role: driver or passenger. Places have a name (1 to 60 characters) and degrees, and are 300 m apart or more; _departs_at lies within the next 60 days; _seats (1 to 8) are those that a driver offers or a passenger needs. The owners of the five nearest trips that fit are told. Raises WA020, WA029, WA113, WA115.';
