create or replace function wa.read_page(p_data jsonb)
returns integer
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case when p_data ->> 'target' ~ '^[1-9][0-9]{0,3}$' then (p_data ->> 'target')::integer else 1 end;
end
$$;

comment on function wa.read_page is
'The page of a list that a tapped "more" asks for in data.target, from 1; the first when it asks for none.';
