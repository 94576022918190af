create or replace function public.ride_list_mine(_profile_id uuid)
returns table (
  trip_id uuid,
  role text,
  from_name text,
  to_name text,
  departs_at timestamptz,
  seats integer,
  seats_taken integer,
  waiting integer
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id constant uuid := wa.resolve_acting_profile(_profile_id);
begin
  return query
  select
    trip.trip_id, trip.role, trip.from_name, trip.to_name, trip.departs_at, trip.seats, trip.seats_taken,
    (
      select count(*)::integer
      from wa.ride_matches as match
      inner join wa.ride_trips as driver on driver.trip_id = match.driver_trip_id
      where trip.trip_id in (match.driver_trip_id, match.passenger_trip_id)
        and match.status = 'asked'
        and match.asked_by <> trip.role
        and driver.departs_at > now()
    )
  from wa.ride_trips as trip
  where trip.user_id = v_user_id
    and trip.cancelled_at is null
    and trip.departs_at > now() - wa.ride_duration()
  order by trip.departs_at, trip.trip_id;
end
$$;

alter function public.ride_list_mine owner to wa_runtime;

comment on function public.ride_list_mine is
'The trips of the profile that are to come or have just begun, the next first. seats_taken: those that are agreed; waiting: how many ask and wait for the profile''s answer. Raises WA020.';
