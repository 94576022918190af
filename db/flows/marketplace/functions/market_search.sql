create or replace function public.market_search(
  _profile_id uuid, _words text, _lat double precision, _lng double precision, _limit integer
)
returns table (
  offer_id uuid, title text, price_minor bigint, currency text, distance_km double precision, created_at timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id constant uuid := wa.resolve_acting_profile(_profile_id);
  v_radius_km constant double precision := wa.get_setting('market_radius_km')::double precision;
  v_is_near constant boolean := _lat is not null or _lng is not null;
  v_inner_km double precision := -1;
  v_outer_km double precision := least(1, v_radius_km);
  v_degrees double precision;
  v_degrees_east double precision;
  v_query tsquery;
  v_left integer := _limit;
  v_found integer;
begin
  if v_is_near then
    perform wa.check_coordinates(_lat, _lng);
  end if;

  if (_limit between 1 and 100) is not true then
    raise exception using
      errcode = 'WA030',
      message = 'the limit is out of range',
      detail = format('_limit is %s.', coalesce(_limit::text, 'null')),
      hint = 'Pass a number of offers from 1 to 100.';
  end if;

  -- Each word is one, or begins one. What is no word to a search, such as an emoji, is none in a title either.
  select to_tsquery('pg_catalog.simple', string_agg(quote_literal(word.body) || ':*', ' & ')) into v_query
  from string_to_table(nullif(wa.fold_text(left(_words, 100)), ''), ' ') as word (body);

  -- Ring by ring around the place until there are enough, so that a city's thousands are not all measured.
  loop
    -- A little more than the ring is wide, so that nothing at its edge is lost.
    v_degrees := v_outer_km / 111.19;
    v_degrees_east := case
      when abs(_lat) + v_degrees < 89 then v_degrees / cosd(abs(_lat) + v_degrees) else 180
    end;

    return query
    select hit.offer_id, hit.title, hit.price_minor, hit.currency, hit.distance_km, hit.created_at
    from (
      select
        offer.offer_id, offer.title, offer.price_minor, offer.currency, offer.created_at,
        case
          when v_is_near then wa.measure_distance(_lat, _lng, offer.latitude, offer.longitude)
        end as distance_km
      from wa.market_offers as offer
      where offer.status = 'open'
        and offer.expires_at > now()
        and offer.seller_id <> v_user_id
        and (v_query is null or offer.search @@ v_query)
        and (
          not v_is_near
          or (
            offer.latitude between _lat - v_degrees and _lat + v_degrees
            and least(abs(offer.longitude - _lng), 360 - abs(offer.longitude - _lng)) <= v_degrees_east
          )
        )
      -- So that each is measured once.
      offset 0
    ) as hit
    where not v_is_near or (hit.distance_km > v_inner_km and hit.distance_km <= v_outer_km)
    order by hit.distance_km nulls last, hit.created_at desc, hit.offer_id
    limit v_left;

    get diagnostics v_found = row_count;
    v_left := v_left - v_found;
    exit when v_left = 0 or not v_is_near or v_outer_km >= v_radius_km;

    v_inner_km := v_outer_km;
    v_outer_km := least(4 * v_outer_km, v_radius_km);
  end loop;
end
$$;

alter function public.market_search owner to wa_runtime;

comment on function public.market_search is
'Open offers of others, at most _limit (1 to 100). _words: what its title holds, each a whole word or how one begins, without regard to case, accents and order; null for any. _lat, _lng: only within market_radius_km of this place, nearest first; nulls: anywhere, newest first. Raises WA020, WA029, WA030.';
