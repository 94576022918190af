-- For an older edge function that reads and writes tables itself: the runbook's grants, exactly.
-- The handler of this project needs none of them. Take them away with take_direct_access.sql.
--   psql "$ADMIN_DATABASE_URL" -f db/roles/give_direct_access.sql
\set ON_ERROR_STOP on
\set QUIET on
begin;

grant usage on schema public to wa_edge_role;
grant select, insert, update on public.profiles to wa_edge_role;
grant select, insert, update, delete on public.chat_state to wa_edge_role;
grant select, insert, delete on public.wa_events to wa_edge_role;
grant select, insert, delete on public.webhook_logs to wa_edge_role;
grant select, insert, update on public.notifications to wa_edge_role;

create policy profiles_direct on public.profiles to wa_edge_role using (true) with check (true);
create policy chat_state_direct on public.chat_state to wa_edge_role using (true) with check (true);
create policy wa_events_direct on public.wa_events to wa_edge_role using (true) with check (true);
create policy webhook_logs_direct on public.webhook_logs to wa_edge_role using (true) with check (true);
create policy notifications_direct on public.notifications to wa_edge_role using (true) with check (true);

grant execute on function public.basket_list_mine(uuid) to wa_edge_role;
grant execute on function public.basket_discover_nearby(uuid, double precision, double precision, integer)
to wa_edge_role;
grant execute on function public.basket_create(uuid, text, text, boolean, bigint) to wa_edge_role;
grant execute on function public.basket_join_by_code(uuid, text, text) to wa_edge_role;
grant execute on function public.basket_detail(uuid, uuid) to wa_edge_role;
grant execute on function public.basket_generate_qr(uuid, uuid) to wa_edge_role;
grant execute on function public.basket_close(uuid, uuid) to wa_edge_role;
grant execute on function public.basket_leave(uuid, uuid) to wa_edge_role;

call wa.note_rights();

commit;
\echo wa_edge_role 'has direct access'
