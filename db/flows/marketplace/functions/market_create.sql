create or replace function public.market_create(
  _profile_id uuid,
  _title text,
  _price_minor bigint,
  _lat double precision,
  _lng double precision,
  _picture bigint default null
)
returns table (offer_id uuid, expires_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id constant uuid := wa.lock_acting_profile(_profile_id);
  v_title constant text := wa.clean_market_text(_title, 60);
  v_days constant double precision := wa.get_setting('market_offer_days')::double precision;
begin
  perform wa.check_coordinates(_lat, _lng);

  if (_price_minor between 0 and 1000000000000000) is not true then
    raise exception using
      errcode = 'WA084',
      message = 'the price is not an amount',
      detail = format('_price_minor is %s.', coalesce(_price_minor::text, 'null')),
      hint = 'Pass minor units of the currency, from 0 (for free) to 10^15.';
  end if;

  if _picture is not null then
    perform wa.keep_market_picture(_picture, v_user_id);
  end if;

  return query
  insert into wa.market_offers as offer (
    seller_id, title, words, price_minor, currency, latitude, longitude, picture, expires_at
  )
  values (
    v_user_id, v_title, wa.fold_text(v_title), _price_minor, wa.get_setting('default_currency') #>> '{}', _lat, _lng,
    _picture, now() + make_interval(secs => 86400 * v_days)
  )
  returning offer.offer_id, offer.expires_at;
end
$$;

alter function public.market_create owner to wa_runtime;

comment on function public.market_create is
'Offers a thing. _price_minor: minor units of the setting default_currency, 0 for free. _lat, _lng: where it is, in degrees. _picture: a stored picture of the profile''s in wa.media, which is kept for as long as the offer, or null. Raises WA020, WA029, WA083, WA084, WA087.';
