create or replace function wa.find_ride_trip(p_chat wa.chat)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select to_jsonb(trip.*) || jsonb_build_object(
      'time', wa.format_moment(trip.departs_at, p_chat.locale, wa.find_time_zone(p_chat.user_id)),
      'from', trip.from_name,
      'to', trip.to_name,
      'people', wa.say(p_chat, 'people', jsonb_build_object('count', trip.seats)),
      'free', wa.say(p_chat, 'free_seats', jsonb_build_object('count', trip.seats - trip.seats_taken))
    )
    from public.ride_list_mine(p_chat.user_id) as trip
    where trip.trip_id = wa.read_uuid(coalesce(p_chat.data ->> 'target', p_chat.data ->> 'trip_id'))
  );
end
$$;

comment on function wa.find_ride_trip is
'The user''s own trip that the chat is about, with what texts about it fill in: the one whose id was in the tapped reply (data.target), else the one remembered (data.trip_id). Null where there is none any more.';
