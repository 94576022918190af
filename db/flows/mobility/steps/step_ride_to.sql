create or replace function wa.step_ride_to(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return wa.ask_ride_place(p_chat, 'to', 'ask_to', 'when');
end
$$;

comment on function wa.step_ride_to is
'Asks where the ride leads.';
