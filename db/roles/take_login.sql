-- Takes a role's login again, for a process that is retired or a password that leaked:
--   psql "$ADMIN_DATABASE_URL" -v role=wa_edge_role -f db/roles/take_login.sql
-- Connections that are open stay open: end them with pg_terminate_backend.
\set ON_ERROR_STOP on
\set QUIET on
\if :{?role}
\else
  do $$ begin raise exception 'give the role: -v role=wa_edge_role, wa_notifier_role, wa_worker_role, wa_reader_role, wa_agent_role or wa_operator_role'; end $$;
\endif

alter role :"role" with nologin password null;
\echo :role can no longer log in
