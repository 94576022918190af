create or replace function wa.is_worth_retrying(p_sqlstate text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select p_sqlstate ~ '^(40|53|55P03|57|58|XX)'
$$;

comment on function wa.is_worth_retrying is
'Whether an error is the server''s trouble or a lost race, and not the fault of the message at hand: the whole call is then tried again.';
