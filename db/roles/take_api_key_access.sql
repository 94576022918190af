-- Supabase: keys that name wa_edge_role are refused from here on.
--   psql "$ADMIN_DATABASE_URL" -f db/roles/take_api_key_access.sql
\set ON_ERROR_STOP on
\set QUIET on
revoke wa_edge_role from authenticator;
alter role wa_edge_role reset statement_timeout;
\echo 'authenticator can no longer switch to' wa_edge_role
