-- Takes away what give_direct_access.sql gave: wa_edge_role is back to its routines alone.
--   psql "$ADMIN_DATABASE_URL" -f db/roles/take_direct_access.sql
\set ON_ERROR_STOP on
\set QUIET on
begin;

drop policy if exists profiles_direct on public.profiles;
drop policy if exists chat_state_direct on public.chat_state;
drop policy if exists wa_events_direct on public.wa_events;
drop policy if exists webhook_logs_direct on public.webhook_logs;
drop policy if exists notifications_direct on public.notifications;

revoke all on public.profiles, public.chat_state, public.wa_events, public.webhook_logs, public.notifications
from wa_edge_role;

revoke execute on function public.basket_list_mine(uuid) from wa_edge_role;
revoke execute on function public.basket_discover_nearby(uuid, double precision, double precision, integer)
from wa_edge_role;
revoke execute on function public.basket_create(uuid, text, text, boolean, bigint) from wa_edge_role;
revoke execute on function public.basket_join_by_code(uuid, text, text) from wa_edge_role;
revoke execute on function public.basket_detail(uuid, uuid) from wa_edge_role;
revoke execute on function public.basket_generate_qr(uuid, uuid) from wa_edge_role;
revoke execute on function public.basket_close(uuid, uuid) from wa_edge_role;
revoke execute on function public.basket_leave(uuid, uuid) from wa_edge_role;

call wa.note_rights();

commit;
\echo wa_edge_role 'has no direct access any more'
