-- public.baskets was created in the file before: there are no rows yet to check or to block.
-- squawk-ignore-file constraint-missing-not-valid, require-concurrent-index-creation
alter table public.baskets
add column latitude double precision,
add column longitude double precision,
add constraint baskets_latitude_is_on_earth check (latitude between -90 and 90),
add constraint baskets_longitude_is_on_earth check (longitude between -180 and 180),
add constraint baskets_place_is_whole check ((latitude is null) = (longitude is null));

comment on column public.baskets.latitude is 'Degrees north (WGS 84). Null: the basket has no place.';
comment on column public.baskets.longitude is 'Degrees east (WGS 84).';
comment on constraint baskets_latitude_is_on_earth on public.baskets is
'Also refuses NaN, which Postgres sorts above every number.';

-- The point on the sphere is computed here and not by earthdistance's ll_to_earth: on Postgres 15 that finds
-- cube through the caller's search_path, which our routines empty. A generated column resolves cube once,
-- wherever it is installed: in extensions as on Supabase, or where it was before.
do $$
declare
  v_cube_schema text;
  v_search_path text := current_setting('search_path');
begin
  if not exists (select from pg_catalog.pg_extension where extname = 'cube') then
    if to_regnamespace('extensions') is null then
      create schema extensions;
      comment on schema extensions is 'Extensions, as on Supabase.';
    end if;
    create extension cube schema extensions;
  end if;

  select n.nspname into v_cube_schema
  from pg_catalog.pg_extension as e
  inner join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
  where e.extname = 'cube';

  if not has_schema_privilege('wa_basket_owner', v_cube_schema, 'usage') then
    execute format('grant usage on schema %I to wa_basket_owner', v_cube_schema);
  end if;

  perform set_config('search_path', quote_ident(v_cube_schema), true);

  alter table public.baskets
  add column place cube generated always as (
    case
      when latitude is not null and longitude is not null then cube(
        array[cosd(latitude) * cosd(longitude), cosd(latitude) * sind(longitude), sind(latitude)]
      )
    end
  ) stored;

  perform set_config('search_path', v_search_path, true);
end
$$;

comment on column public.baskets.place is
'The same place as a point on the unit sphere: straight-line distance between such points grows with the distance over ground, across the date line and at the poles too.';

create index baskets_discover_idx on public.baskets using gist (place)
where is_public and status = 'open' and place is not null;

comment on index public.baskets_discover_idx is 'Answers nearest first which baskets can be discovered.';
