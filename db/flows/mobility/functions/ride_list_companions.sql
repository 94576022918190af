create or replace function public.ride_list_companions(_profile_id uuid, _trip_id uuid default null)
returns table (
  match_id uuid,
  trip_id uuid,
  other_trip_id uuid,
  role text,
  status text,
  is_mine_to_answer boolean,
  display_name text,
  departs_at timestamptz,
  seats integer,
  from_name text,
  to_name text,
  from_latitude double precision,
  from_longitude double precision,
  to_latitude double precision,
  to_longitude double precision
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id constant uuid := wa.resolve_acting_profile(_profile_id);
begin
  if _trip_id is not null then
    perform wa.find_own_ride_trip(_trip_id, v_user_id);
  end if;

  return query
  select
    match.match_id, mine.trip_id, other.trip_id, mine.role, match.status,
    match.status = 'asked' and match.asked_by <> mine.role,
    profile.display_name, driver.departs_at, passenger.seats, other.from_name, other.to_name,
    case match.status when 'agreed' then other.from_latitude end,
    case match.status when 'agreed' then other.from_longitude end,
    case match.status when 'agreed' then other.to_latitude end,
    case match.status when 'agreed' then other.to_longitude end
  from wa.ride_trips as mine
  inner join wa.ride_matches as match on mine.trip_id in (match.driver_trip_id, match.passenger_trip_id)
  inner join wa.ride_trips as driver on driver.trip_id = match.driver_trip_id
  inner join wa.ride_trips as passenger on passenger.trip_id = match.passenger_trip_id
  inner join wa.ride_trips as other
    on other.trip_id = case mine.role when 'driver' then passenger.trip_id else driver.trip_id end
  inner join public.profiles as profile on profile.user_id = other.user_id
  where mine.user_id = v_user_id
    and mine.trip_id = coalesce(_trip_id, mine.trip_id)
    and (
      match.status = 'asked' and driver.departs_at > now()
      or match.status = 'agreed' and driver.departs_at > now() - wa.ride_duration()
    )
  order by driver.departs_at, match.asked_at, match.match_id;
end
$$;

alter function public.ride_list_companions owner to wa_runtime;

comment on function public.ride_list_companions is
'Whom the profile rides with, has asked, or is asked by, on one of its trips or, where _trip_id is null, on all. departs_at is the driver''s, seats are the passenger''s; names and places are the other''s, and exact places are told where both agreed. Raises WA020, WA110.';
