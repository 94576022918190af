create or replace function wa.merge_service_windows(p_merged uuid, p_survivor uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  with removed as (
    delete from wa.service_windows as service
    where service.user_id = p_merged
    returning service.phone_number_id, service.last_inbound_at, service.named_at
  )

  insert into wa.service_windows as service (user_id, phone_number_id, last_inbound_at, named_at)
  select p_survivor, removed.phone_number_id, removed.last_inbound_at, removed.named_at
  from removed
  on conflict (user_id, phone_number_id) do update
  set
    last_inbound_at = greatest(service.last_inbound_at, excluded.last_inbound_at),
    named_at = greatest(service.named_at, excluded.named_at);
end
$$;

comment on function wa.merge_service_windows is
'Of wa.move_to_survivor: with each business number the window counts from the later of the two messages.';
