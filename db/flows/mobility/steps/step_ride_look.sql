create or replace function wa.step_ride_look(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return wa.go(p_chat, 'from', '{"role": "passenger"}');
end
$$;

comment on function wa.step_ride_look is
'Begins to look for a ride.';
