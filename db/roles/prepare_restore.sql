-- Lets a dump that names owners be restored by a role that is no superuser, such as postgres on Supabase. It comes
-- between the roles of the dump and its schema, in the same psql (docs/operate/restore.md):
--   psql … --file roles.sql --file db/roles/prepare_restore.sql --file schema.sql …
-- wa-webhook migrate takes the rights back.
\set QUIET on
create schema if not exists wa;
grant wa_runtime, wa_basket_owner, wa_maintenance, wa_privacy to current_user;
grant usage, create on schema public, wa
to wa_runtime, wa_basket_owner, wa_maintenance, wa_privacy;
