create or replace function wa.lock_others_market_offer(p_offer_id uuid, p_user_id uuid)
returns wa.market_offers
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offer wa.market_offers;
begin
  -- A message to the seller holds the seller's profile, and a merge comes from there to the offer.
  perform wa.hold_profile(offer.seller_id)
  from wa.market_offers as offer
  where offer.offer_id = p_offer_id;

  -- Shared: those who ask do not wait for each other, and whoever closes it waits for them all.
  perform
  from wa.market_offers as offer
  where offer.offer_id = p_offer_id
  for share;

  v_offer := wa.find_market_offer(p_offer_id, p_user_id);

  if v_offer.seller_id = p_user_id then
    raise exception using
      errcode = 'WA082',
      message = 'the offer is the profile''s own',
      detail = format('_offer_id is %s.', p_offer_id),
      hint = 'Nobody asks about or reports their own offer. Use an id from market_search.';
  end if;
  return v_offer;
end
$$;

comment on function wa.lock_others_market_offer is
'An open offer of somebody else''s, which stays open until the transaction ends. Raises WA080 where there is none, WA082 for the person''s own.';
