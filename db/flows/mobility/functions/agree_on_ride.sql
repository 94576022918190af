create or replace function wa.agree_on_ride(p_match wa.ride_matches, p_role text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_driver wa.ride_trips;
  v_passenger wa.ride_trips;
  v_reminder_at timestamptz;
begin
  select trip.* into v_driver from wa.ride_trips as trip where trip.trip_id = p_match.driver_trip_id;
  select trip.* into v_passenger from wa.ride_trips as trip where trip.trip_id = p_match.passenger_trip_id;

  if v_driver.departs_at <= now() or p_match.status <> 'asked' then
    raise exception using
      errcode = 'WA111',
      message = 'this ride is over',
      detail = format('The match is %s, the departure %s.', p_match.status, v_driver.departs_at),
      hint = 'Look for another with ride_find_matches.';
  end if;

  if v_passenger.seats_taken > 0 or v_passenger.seats > v_driver.seats - v_driver.seats_taken then
    raise exception using
      errcode = 'WA112',
      message = 'there is no seat left, or the passenger rides with somebody else',
      detail = format(
        '%s of %s seats are taken, %s needed.', v_driver.seats_taken, v_driver.seats, v_passenger.seats
      ),
      hint = 'Ask again when somebody cancels, or look for another with ride_find_matches.';
  end if;

  update wa.ride_matches as match
  set status = 'agreed', settled_at = now()
  where match.match_id = p_match.match_id;

  -- Who agreed elsewhere, or asked as well, need not be asked any more.
  perform wa.take_back_ride_news(p_match.match_id);

  if p_role = 'driver' then
    perform wa.tell_of_ride(v_passenger.trip_id, v_driver.trip_id, 'agreed');
  else
    perform wa.tell_of_ride(v_driver.trip_id, v_passenger.trip_id, 'agreed');
  end if;

  v_reminder_at := v_driver.departs_at - make_interval(mins => wa.get_setting('ride_reminder_minutes')::integer);
  if v_reminder_at > now() then
    perform wa.tell_of_ride(v_driver.trip_id, v_passenger.trip_id, 'reminder', v_reminder_at);
    perform wa.tell_of_ride(v_passenger.trip_id, v_driver.trip_id, 'reminder', v_reminder_at);
  end if;
end
$$;

comment on function wa.agree_on_ride is
'Makes a match that one side asked for a ride of both: takes the seats, tells the other side of p_role, and reminds both before the departure, if that is not now. The caller holds both trips. Raises WA111, WA112.';
