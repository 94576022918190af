create or replace function wa.end_ride_match(p_match wa.ride_matches, p_role text, p_kind text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_was_unsent boolean;
begin
  update wa.ride_matches as match
  set status = case when p_kind = 'declined' then 'declined' else 'cancelled' end, settled_at = now()
  where match.match_id = p_match.match_id;

  v_was_unsent := wa.take_back_ride_news(p_match.match_id);

  -- Of what was asked for and is taken back, who has not heard of it need not hear.
  if v_was_unsent and p_match.asked_by = p_role and p_match.status = 'asked' then
    return;
  elsif p_role = 'driver' then
    perform wa.tell_of_ride(p_match.passenger_trip_id, p_match.driver_trip_id, p_kind);
  else
    perform wa.tell_of_ride(p_match.driver_trip_id, p_match.passenger_trip_id, p_kind);
  end if;
end
$$;

comment on function wa.end_ride_match is
'Ends a match for the side p_role, which declined, cancelled or is gone (p_kind): frees the seats, takes reminders back, and tells the other side, unless it has not heard of it yet. The caller holds both trips.';
