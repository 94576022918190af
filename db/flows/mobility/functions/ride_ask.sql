create or replace function public.ride_ask(_profile_id uuid, _trip_id uuid, _other_trip_id uuid)
returns table (match_id uuid, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id constant uuid := wa.lock_acting_profile(_profile_id);
  v_trip wa.ride_trips;
  v_match wa.ride_matches;
begin
  perform wa.lock_ride_trips(array[_trip_id, _other_trip_id]);
  v_trip := wa.find_own_ride_trip(_trip_id, v_user_id);

  select asked.* into v_match
  from wa.ride_matches as asked
  where (asked.driver_trip_id, asked.passenger_trip_id) in ((_trip_id, _other_trip_id), (_other_trip_id, _trip_id));

  if not found then
    perform from wa.list_fitting_trips(v_trip) as fit where fit.trip_id = _other_trip_id;

    if not found then
      raise exception using
        errcode = 'WA110',
        message = 'there is no such ride for this profile',
        detail = format('_other_trip_id is %s.', coalesce(_other_trip_id::text, 'null')),
        hint = 'It does not fit, or not any more. Use an id from ride_find_matches.';
    end if;

    insert into wa.ride_matches (driver_trip_id, passenger_trip_id, asked_by)
    values (
      case when v_trip.role = 'driver' then _trip_id else _other_trip_id end,
      case when v_trip.role = 'driver' then _other_trip_id else _trip_id end,
      v_trip.role
    )
    returning * into v_match;
    perform wa.tell_of_ride(_other_trip_id, _trip_id, 'asked');
  elsif v_match.asked_by <> v_trip.role and v_match.status <> 'agreed' then
    -- Both have asked now.
    perform wa.agree_on_ride(v_match, v_trip.role);
  end if;

  return query
  select asked.match_id, asked.status from wa.ride_matches as asked where asked.match_id = v_match.match_id;
end
$$;

alter function public.ride_ask owner to wa_runtime;

comment on function public.ride_ask is
'Asks the owner of a trip that fits one of the profile''s to make them one ride, and tells them. Where they have asked already, both agree; where the profile has, nothing changes. status is what it is then. Raises WA020, WA110, WA111, WA112.';
