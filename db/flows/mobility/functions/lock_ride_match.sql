create or replace function wa.lock_ride_match(p_match_id uuid, p_user_id uuid, out match wa.ride_matches, out role text)
returns record
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  select asked.* into match from wa.ride_matches as asked where asked.match_id = p_match_id;
  perform wa.lock_ride_trips(array[match.driver_trip_id, match.passenger_trip_id]);
  select asked.* into match from wa.ride_matches as asked where asked.match_id = p_match_id;

  select mine.role into role
  from wa.ride_trips as mine
  where mine.trip_id in (match.driver_trip_id, match.passenger_trip_id) and mine.user_id = p_user_id;

  if not found then
    raise exception using
      errcode = 'WA110',
      message = 'there is no such ride for this profile',
      detail = format('_match_id is %s.', coalesce(p_match_id::text, 'null')),
      hint = 'Use an id from ride_list_companions.';
  end if;
end
$$;

comment on function wa.lock_ride_match is
'A match of this person, with both trips locked, and the person''s side: driver or passenger. Raises WA110 where there is none.';
