create or replace function wa.blur_distance(p_km double precision)
returns double precision
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return greatest(ceil(p_km * 2) / 2, 0.5);
end
$$;

comment on function wa.blur_distance is
'A distance up to the next half kilometre, at least that: what strangers are told, so that nobody is found by asking from several places.';
