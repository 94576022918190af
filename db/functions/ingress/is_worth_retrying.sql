create or replace function wa.is_worth_retrying(p_sqlstate text)
returns boolean
language sql
immutable
set search_path = ''
as $$
  select p_sqlstate ~ '^(40|53|55P03|57|58|XX)'
$$;

comment on function wa.is_worth_retrying(text) is
'Whether an error is the server''s trouble or a lost race, and not the fault of the message at hand: the whole call is then tried again.';

revoke all on function wa.is_worth_retrying(text) from public;
grant execute on function wa.is_worth_retrying(text) to wa_runtime;
