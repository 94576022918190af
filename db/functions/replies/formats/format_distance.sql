create or replace function wa.format_distance(p_km double precision, p_locale text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_km < 0.995 then format('%s m', greatest(round(p_km::numeric * 100) * 10, 10)::integer)
    when p_km < 9.95
      then replace(round(p_km::numeric, 1)::text, '.', wa.get_text('number.decimal_separator', p_locale)) || ' km'
    else format('%s km', round(p_km)::integer)
  end
$$;

comment on function wa.format_distance is
'A distance as people say it, such as 350 m, 3.4 km or 27 km.';
