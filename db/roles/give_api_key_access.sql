-- Supabase: lets PostgREST act as wa_edge_role for a key that names it (wa-webhook key):
--   psql "$ADMIN_DATABASE_URL" -f db/roles/give_api_key_access.sql
\set ON_ERROR_STOP on
\set QUIET on
grant wa_edge_role to authenticator;
-- PostgREST applies a role's settings to its calls. Without this one the limit is authenticator's, which
-- Supabase sets to 8 seconds: the largest payloads Meta sends may take longer.
alter role wa_edge_role set statement_timeout = '2min';
notify pgrst, 'reload config';
\echo 'authenticator may switch to' wa_edge_role
