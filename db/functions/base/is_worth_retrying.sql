create or replace function wa.is_worth_retrying(p_sqlstate text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- Classes beyond H that PostgreSQL does not use are what somebody's own code raises on purpose.
  select p_sqlstate !~ '^(0A|2[01237F]|3F|42|44|54001|55000|(?!XX)[I-Z])'
$$;

comment on function wa.is_worth_retrying is
'Whether an error is a lost race or the server''s trouble, as all are whose cause is not known, and so neither the fault of the message at hand nor a mistake of the flow''s own code: it is then raised again, so that the whole call is repeated. handler/process/blame.py says the same for whole calls.';
