create or replace function wa.step_ride_offer(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return wa.go(p_chat, 'from', '{"role": "driver"}');
end
$$;

comment on function wa.step_ride_offer is
'Begins to offer a ride.';
