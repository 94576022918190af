create or replace function public.market_detail(_profile_id uuid, _offer_id uuid)
returns table (
  offer_id uuid,
  title text,
  price_minor bigint,
  currency text,
  status text,
  is_mine boolean,
  picture bigint,
  created_at timestamptz,
  expires_at timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id constant uuid := wa.resolve_acting_profile(_profile_id);
  v_offer constant wa.market_offers := wa.find_market_offer(_offer_id, v_user_id);
begin
  return query
  select
    v_offer.offer_id, v_offer.title, v_offer.price_minor, v_offer.currency, wa.market_status(v_offer),
    v_offer.seller_id = v_user_id, v_offer.picture, v_offer.created_at, v_offer.expires_at;
end
$$;

alter function public.market_detail owner to wa_runtime;

comment on function public.market_detail is
'One offer: an open one, or any of the profile''s own. Amounts in minor units of the currency; picture is of wa.media. Who sells and where exactly it is, nobody is told. Raises WA020, WA080.';
