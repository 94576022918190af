create or replace function wa.count_ride_seats()
returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_match constant wa.ride_matches := case tg_op when 'DELETE' then old else new end;
  v_change constant integer :=
    coalesce((new.status = 'agreed')::integer, 0) - coalesce((old.status = 'agreed')::integer, 0);
begin
  if old.status in ('declined', 'cancelled') and new.status <> old.status
    or old.status = 'agreed' and new.status not in ('agreed', 'cancelled')
  then
    raise exception using
      errcode = 'WA111',
      message = format('a match that is %s cannot become %s', old.status, new.status),
      detail = format('The match is %s.', v_match.match_id),
      hint = 'What is declined or cancelled stays so. Publish another trip.';
  end if;

  if v_change <> 0 then
    update wa.ride_trips as trip
    set seats_taken = trip.seats_taken + v_change * passenger.seats
    from wa.ride_trips as passenger
    where passenger.trip_id = v_match.passenger_trip_id
      and trip.trip_id in (v_match.driver_trip_id, v_match.passenger_trip_id);
  end if;
  return null;
end
$$;

comment on function wa.count_ride_seats is
'Keeps seats_taken of both trips of a match, so that their checks refuse one too many, and refuses to revive a match that ended.';

create or replace trigger ride_matches_count
after insert or delete or update of status on wa.ride_matches
for each row
-- Where an extension made the tables, pg_restore fills them with this trigger in place: its rows are counted already.
when (current_setting('row_security') = 'on')
execute function wa.count_ride_seats();

comment on trigger ride_matches_count on wa.ride_matches is
'Updates the rows of both trips, and so takes their locks: whoever changes matches, the rules of the trips hold.';
