create or replace function wa.step_ride_from(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return wa.ask_ride_place(p_chat, 'from', 'ask_from', 'to');
end
$$;

comment on function wa.step_ride_from is
'Asks where the ride begins.';
