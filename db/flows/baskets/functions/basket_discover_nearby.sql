create or replace function public.basket_discover_nearby(
  _profile_id uuid, _lat double precision, _lng double precision, _limit integer
)
returns table (id uuid, name text, description text, distance_km double precision, member_count integer)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id uuid := wa.resolve_acting_profile(_profile_id);
  v_here double precision[];
  v_cube_schema name;
begin
  perform wa.check_coordinates(_lat, _lng);

  if (_limit between 1 and 100) is not true then
    raise exception using
      errcode = 'WA030',
      message = 'the limit is out of range',
      detail = format('_limit is %s.', coalesce(_limit::text, 'null')),
      hint = 'Pass a number of baskets from 1 to 100.';
  end if;

  v_here := array[cosd(_lat) * cosd(_lng), cosd(_lat) * sind(_lng), sind(_lat)];

  -- The index answers nearest first only to cube's own operator, whose schema differs from one database to
  -- another.
  select namespace.nspname into v_cube_schema
  from pg_catalog.pg_extension as extension
  inner join pg_catalog.pg_namespace as namespace on namespace.oid = extension.extnamespace
  where extension.extname = 'cube';

  for id, name, description, distance_km, member_count in execute format(
    $query$
      select
        nearest.id, nearest.name, nearest.description,
        2 * 6371.0088 * asin(least(nearest.chord / 2, 1)), nearest.member_count
      from (
        select
          basket.id, basket.name, basket.description, basket.member_count,
          basket.place operator(%1$I.<->) %1$I.cube($1) as chord
        from public.baskets as basket
        where basket.is_public
          and basket.status = 'open'
          and basket.place is not null
          and not exists (
            select from public.basket_members as member
            where member.basket_id = basket.id and member.user_id = $2
          )
        order by basket.place operator(%1$I.<->) %1$I.cube($1)
        limit $3
      ) as nearest
      order by nearest.chord, nearest.id
    $query$,
    v_cube_schema
  )
  using v_here, v_user_id, _limit
  loop
    return next;
  end loop;
end
$$;

alter function public.basket_discover_nearby owner to wa_basket_owner;

comment on function public.basket_discover_nearby is
'Public, open baskets with a place that the profile is not in, nearest first, at most _limit (1 to 100). Distances are great circles on a sphere of 6371.0088 km radius. Raises WA020, WA029, WA030.';

grant execute on function public.basket_discover_nearby to wa_runtime;
