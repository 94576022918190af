create or replace function public.ride_find_matches(_profile_id uuid, _trip_id uuid, _limit integer default 20)
returns table (
  trip_id uuid,
  display_name text,
  departs_at timestamptz,
  seats integer,
  from_name text,
  to_name text,
  from_km double precision,
  to_km double precision
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_trip constant wa.ride_trips := wa.find_own_ride_trip(_trip_id, wa.resolve_acting_profile(_profile_id));
begin
  if (_limit between 1 and 100) is not true then
    raise exception using
      errcode = 'WA030',
      message = 'the limit is out of range',
      detail = format('_limit is %s.', coalesce(_limit::text, 'null')),
      hint = 'Pass a number of trips from 1 to 100.';
  end if;

  return query
  select
    fit.trip_id, profile.display_name, fit.departs_at, fit.seats, fit.from_name, fit.to_name,
    wa.blur_distance(fit.from_km), wa.blur_distance(fit.to_km)
  from wa.list_fitting_trips(v_trip) as fit
  inner join public.profiles as profile on profile.user_id = fit.user_id
  order by fit.from_km + fit.to_km, fit.departs_at, fit.trip_id
  limit _limit;
end
$$;

alter function public.ride_find_matches owner to wa_runtime;

comment on function public.ride_find_matches is
'Trips of others that fit one of the profile''s and that neither side has asked about, nearest first, at most _limit (1 to 100). departs_at is the driver''s; seats: how many a driver has left, or a passenger needs; distances from the profile''s own places, up to the next half kilometre. Raises WA020, WA030, WA110.';
