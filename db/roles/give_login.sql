-- Lets a process or a person connect as one of the six login roles:
--   WA_ROLE_PASSWORD=... psql "$ADMIN_DATABASE_URL" -v role=wa_edge_role -f db/roles/give_login.sql
-- The password comes from the environment, so that it is in no file, shell history or process list.
-- Where the server logs DDL, use psql's own \password instead, which sends only a verifier.
\set ON_ERROR_STOP on
\set QUIET on
\getenv password WA_ROLE_PASSWORD
\if :{?role}
\else
  do $$ begin raise exception 'give the role: -v role=wa_edge_role, wa_notifier_role, wa_worker_role, wa_reader_role, wa_agent_role or wa_operator_role'; end $$;
\endif
\if :{?password}
\else
  do $$ begin raise exception 'set WA_ROLE_PASSWORD in the environment'; end $$;
\endif

select
  :'role' in ('wa_edge_role', 'wa_notifier_role', 'wa_worker_role', 'wa_reader_role', 'wa_agent_role', 'wa_operator_role') as role_is_known,
  length(:'password') >= 16 as password_is_long
\gset
\if :role_is_known
\else
  do $$ begin raise exception 'only wa_edge_role, wa_notifier_role, wa_worker_role, wa_reader_role, wa_agent_role and wa_operator_role log in'; end $$;
\endif
\if :password_is_long
\else
  do $$ begin raise exception 'WA_ROLE_PASSWORD is shorter than 16 characters'; end $$;
\endif

alter role :"role" with login password :'password';
\echo :role may log in now
