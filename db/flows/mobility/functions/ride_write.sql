create or replace function public.ride_write(_profile_id uuid, _match_id uuid, _text text)
returns table (match_id uuid)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id constant uuid := wa.lock_acting_profile(_profile_id);
  v_held record;
  v_match wa.ride_matches;
begin
  select held.* into v_held from wa.lock_ride_match(_match_id, v_user_id) as held;
  v_match := v_held.match;

  if (btrim(_text) <> '' and char_length(_text) <= 700) is not true then
    raise exception using
      errcode = 'WA116',
      message = 'this is no text that can be passed on',
      detail = format('_text has %s characters.', coalesce(char_length(_text), 0)),
      hint = 'Pass 1 to 700 characters, something visible.';
  end if;

  if v_match.status <> 'agreed' or not exists (
    select from wa.ride_trips as driver
    where driver.trip_id = v_match.driver_trip_id and driver.departs_at > now() - wa.ride_duration()
  ) then
    raise exception using
      errcode = 'WA111',
      message = 'this ride is over, or not agreed yet',
      detail = format('The match is %s.', v_match.status),
      hint = 'Those who ride together can write to each other until three hours after the departure.';
  end if;

  if v_held.role = 'driver' then
    perform wa.tell_of_ride(v_match.passenger_trip_id, v_match.driver_trip_id, 'written', p_note => _text);
  else
    perform wa.tell_of_ride(v_match.driver_trip_id, v_match.passenger_trip_id, 'written', p_note => _text);
  end if;
  return query select v_match.match_id;
end
$$;

alter function public.ride_write owner to wa_runtime;

comment on function public.ride_write is
'Passes a text (1 to 700 characters) on to whom the profile rides with, under its name; neither sees the other''s number. Raises WA020, WA110, WA111, WA116.';
