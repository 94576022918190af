create or replace function wa.find_flow_of(p_name text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select declared.flow
    from wa.flows as declared
    cross join lateral (select regexp_replace(p_name, '^step_', '') as name) as own
    where own.name = declared.prefix or starts_with(own.name, declared.prefix || '_')
    order by length(declared.prefix) desc
    limit 1
  );
end
$$;

comment on function wa.find_flow_of is
'Whose flow a table or routine is, by the beginning of its name; null when it is none''s.';
