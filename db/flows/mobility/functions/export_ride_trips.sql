create or replace function wa.export_ride_trips(p_user_ids uuid[])
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  return (
    select coalesce(
      jsonb_agg(
        to_jsonb(trip) - '{trip_id,user_id}'::text[] || jsonb_build_object(
          'rides',
          (
            select coalesce(
              jsonb_agg(
                jsonb_build_object(
                  'status', match.status, 'asked_by', match.asked_by, 'asked_at', match.asked_at, 'settled_at', match.settled_at
                )
                order by match.asked_at
              ),
              '[]'
            )
            from wa.ride_matches as match
            where trip.trip_id in (match.driver_trip_id, match.passenger_trip_id)
          )
        )
        order by trip.created_at
      ),
      '[]'
    )
    from wa.ride_trips as trip
    where trip.user_id = any(p_user_ids)
  );
end
$$;

alter function wa.export_ride_trips owner to wa_runtime;

comment on function wa.export_ride_trips is
'Of wa_export_profile: the rides that a person offered or looked for, and what became of them, without the names of others.';

grant execute on function wa.export_ride_trips to wa_privacy;
