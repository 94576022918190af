create or replace function wa.record_action(
  p_agent text,
  p_action text,
  p_user_id uuid default null,
  p_phone_number_id text default null,
  p_notification_id bigint default null
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into wa.desk_actions (agent, role, action, user_id, phone_number_id, notification_id)
  values (p_agent, wa.find_caller(), p_action, p_user_id, nullif(p_phone_number_id, ''), p_notification_id);
end
$$;

comment on function wa.record_action is
'Keeps in wa.desk_actions what a colleague did, by whom wa.name_agent names.';
