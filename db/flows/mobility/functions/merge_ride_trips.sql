create or replace function wa.merge_ride_trips(p_merged uuid, p_survivor uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_match_ids constant uuid[] := array(
    select match.match_id
    from wa.ride_matches as match
    inner join wa.ride_trips as driver on driver.trip_id = match.driver_trip_id
    inner join wa.ride_trips as passenger on passenger.trip_id = match.passenger_trip_id
    where match.status in ('asked', 'agreed')
      and (driver.user_id, passenger.user_id) in ((p_merged, p_survivor), (p_survivor, p_merged))
  );
begin
  perform wa.lock_ride_trips(
    array(
      select unnest(array[match.driver_trip_id, match.passenger_trip_id])
      from wa.ride_matches as match
      where match.match_id = any(v_match_ids)
    )
  );

  -- Nobody rides with themselves.
  update wa.ride_matches as match
  set status = 'cancelled', settled_at = now()
  where match.match_id = any(v_match_ids);
  perform wa.take_back_ride_news(match_id)
  from unnest(v_match_ids) as match_id;

  update wa.ride_trips as trip
  set user_id = p_survivor
  where trip.user_id = p_merged;
end
$$;

comment on function wa.merge_ride_trips is
'Of wa.move_to_survivor: moves trips to another profile of the same person, and ends what the two had agreed with each other.';
