create or replace function public.ride_cancel(_profile_id uuid, _trip_id uuid)
returns table (trip_id uuid, companions integer)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_trip constant wa.ride_trips := wa.find_own_ride_trip(_trip_id, wa.lock_acting_profile(_profile_id));
begin
  return query select v_trip.trip_id, wa.cancel_ride_trip(v_trip.trip_id, 'cancelled');
end
$$;

alter function public.ride_cancel owner to wa_runtime;

comment on function public.ride_cancel is
'Calls off a trip of the profile for good, and with it all that was asked or agreed; companions says how many that were, and they are told. Changes nothing if it is called off already. Raises WA020, WA110.';
