create or replace function wa.describe_error(p_sqlstate text, p_message text, p_hint text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return format('%s: %s', p_sqlstate, p_message) || coalesce(' (hint: ' || nullif(p_hint, '') || ')', '');
end
$$;

comment on function wa.describe_error is
'An error as wa_events.error keeps it: SQLSTATE, message, and what to do.';
