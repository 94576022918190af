create or replace function wa.list_roles()
returns table (name name, is_process boolean)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  values
  (name 'wa_edge_role', true),
  (name 'wa_notifier_role', true),
  (name 'wa_worker_role', true),
  (name 'wa_reader_role', true),
  (name 'wa_agent_role', true),
  (name 'wa_operator_role', true),
  (name 'wa_runtime', false),
  (name 'wa_basket_owner', false),
  (name 'wa_maintenance', false),
  (name 'wa_privacy', false);
end
$$;

comment on function wa.list_roles is
'Our roles: is_process for those that a process or a person connects as; the others only own.';
