create or replace function wa.describe_ride(p_trip_id uuid, p_other_trip_id uuid, p_locale text)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_build_object(
      'name', coalesce(
        (select profile.display_name from public.profiles as profile where profile.user_id = other.user_id),
        wa.get_text('ride.somebody', p_locale)
      ),
      'time', wa.format_moment(
        case mine.role when 'driver' then mine.departs_at else other.departs_at end,
        p_locale, wa.find_time_zone(mine.user_id)
      ),
      'from', other.from_name,
      'to', other.to_name,
      'from_distance', wa.format_distance(
        wa.blur_distance(
          wa.measure_distance(mine.from_latitude, mine.from_longitude, other.from_latitude, other.from_longitude)
        ),
        p_locale
      ),
      'to_distance', wa.format_distance(
        wa.blur_distance(
          wa.measure_distance(mine.to_latitude, mine.to_longitude, other.to_latitude, other.to_longitude)
        ),
        p_locale
      ),
      'people', wa.get_text(
        'ride.people', p_locale,
        jsonb_build_object('count', case mine.role when 'driver' then other.seats else mine.seats end)
      )
    )
    from wa.ride_trips as mine
    cross join wa.ride_trips as other
    where mine.trip_id = p_trip_id and other.trip_id = p_other_trip_id
  );
end
$$;

comment on function wa.describe_ride is
'What the owner of the first trip is told of the second: the values that texts about it fill in, in a language and in the owner''s time zone.';
