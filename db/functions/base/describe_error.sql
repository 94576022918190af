create or replace function wa.describe_error(p_sqlstate text, p_message text, p_hint text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_hint constant text := coalesce(
    nullif(p_hint, ''),
    case
      when p_sqlstate = '42501' then
        format(
          'Steps run as %s: give it a grant and a policy for what they use, in a new migration; '
          'docs/build/adding-a-flow.md, Tables.',
          'wa_runtime'::regrole
        )
    end
  );
begin
  return format('%s: %s', p_sqlstate, p_message) || coalesce(' (hint: ' || v_hint || ')', '');
end
$$;

comment on function wa.describe_error is
'An error as wa_events.error keeps it: SQLSTATE, message, and what to do, also where a step lacks a privilege, of which PostgreSQL gives no hint.';
