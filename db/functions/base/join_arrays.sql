create or replace function wa.join_arrays(p_arrays jsonb[])
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if cardinality(p_arrays) < 2 then
    return coalesce(p_arrays[1], '[]');
  end if;

  -- Each || would copy all that came before.
  return (
    select coalesce(jsonb_agg(element.value order by part.position, element.position), '[]')
    from unnest(p_arrays) with ordinality as part (body, position)
    cross join lateral jsonb_array_elements(part.body) with ordinality as element (value, position)
  );
end
$$;

comment on function wa.join_arrays is
'One JSON array of the elements of several, in order.';
