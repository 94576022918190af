create or replace function wa.list_fitting_trips(p_trip wa.ride_trips)
returns table (
  trip_id uuid,
  user_id uuid,
  departs_at timestamptz,
  seats integer,
  from_name text,
  to_name text,
  from_km double precision,
  to_km double precision
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_km constant double precision := wa.get_setting('ride_match_km')::double precision;
  v_minutes constant interval := make_interval(mins => wa.get_setting('ride_match_minutes')::integer);
  v_is_driver constant boolean := p_trip.role = 'driver';
begin
  return query
  select
    other.trip_id, other.user_id, pair.departs_at, other.seats - other.seats_taken, other.from_name, other.to_name,
    pair.from_km, pair.to_km
  from wa.ride_trips as other
  cross join lateral (
    select
      case when v_is_driver then p_trip.departs_at else other.departs_at end as departs_at,
      wa.measure_distance(p_trip.from_latitude, p_trip.from_longitude, other.from_latitude, other.from_longitude) as from_km,
      wa.measure_distance(p_trip.to_latitude, p_trip.to_longitude, other.to_latitude, other.to_longitude) as to_km
  ) as pair
  where p_trip.cancelled_at is null
    and other.cancelled_at is null
    and other.role = case when v_is_driver then 'passenger' else 'driver' end
    and other.user_id <> p_trip.user_id
    and other.departs_at between p_trip.departs_at - v_minutes and p_trip.departs_at + v_minutes
    and pair.departs_at > now()
    -- A kilometre is a hundredth of a degree of latitude or less, which is quicker to compare.
    and abs(other.from_latitude - p_trip.from_latitude) <= v_km / 100
    and pair.from_km <= v_km
    and pair.to_km <= v_km
    and case
      when v_is_driver then other.seats_taken = 0 and other.seats <= p_trip.seats - p_trip.seats_taken
      else p_trip.seats_taken = 0 and p_trip.seats <= other.seats - other.seats_taken
    end
    and not exists (
      select from wa.ride_matches as match
      where (match.driver_trip_id, match.passenger_trip_id) in (
        (p_trip.trip_id, other.trip_id), (other.trip_id, p_trip.trip_id)
      )
    )
  order by pair.from_km + pair.to_km, other.departs_at, other.trip_id;
end
$$;

comment on function wa.list_fitting_trips is
'Trips of others that fit one: the other role''s, near its places and its time, with seats for all, and not asked about yet; nearest first. seats: how many a driver has left, or a passenger needs. The driver''s departure is that of both. Volatile, to see what was committed while the caller waited for a lock.';
