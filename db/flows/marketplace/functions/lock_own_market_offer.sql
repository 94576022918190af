create or replace function wa.lock_own_market_offer(p_offer_id uuid, p_user_id uuid)
returns wa.market_offers
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offer wa.market_offers;
begin
  select offer.* into v_offer
  from wa.market_offers as offer
  where offer.offer_id = p_offer_id and offer.seller_id = p_user_id
  for no key update;

  if not found then
    perform wa.find_market_offer(p_offer_id, p_user_id);

    raise exception using
      errcode = 'WA081',
      message = 'only the seller of this offer may do this',
      detail = format('_offer_id is %s.', p_offer_id),
      hint = 'Use an id from market_list_mine.';
  end if;
  return v_offer;
end
$$;

comment on function wa.lock_own_market_offer is
'Locks an offer of this person''s, before anything that depends on it is read, and returns it. Raises WA080 where the person sees none, WA081 where it is somebody else''s.';
