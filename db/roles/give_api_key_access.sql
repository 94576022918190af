-- Supabase: lets PostgREST act as wa_edge_role for a key that names it (wa-webhook key):
--   psql "$ADMIN_DATABASE_URL" -f db/roles/give_api_key_access.sql
\set ON_ERROR_STOP on
\set QUIET on
grant wa_edge_role to authenticator;
\echo 'authenticator may switch to wa_edge_role'
