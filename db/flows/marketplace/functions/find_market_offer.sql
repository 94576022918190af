create or replace function wa.find_market_offer(p_offer_id uuid, p_user_id uuid)
returns wa.market_offers
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offer wa.market_offers;
begin
  select offer.* into v_offer
  from wa.market_offers as offer
  where offer.offer_id = p_offer_id
    and (offer.seller_id = p_user_id or (offer.status = 'open' and offer.expires_at > now()));

  if not found then
    raise exception using
      errcode = 'WA080',
      message = 'there is no such offer for this profile',
      detail = format('_offer_id is %s.', coalesce(p_offer_id::text, 'null')),
      hint = 'Only its seller sees an offer that is not open. Use an id from market_search or market_list_mine.';
  end if;
  return v_offer;
end
$$;

comment on function wa.find_market_offer is
'An offer that this person may see: one of its own, or an open one. Raises WA080 otherwise, without telling whether it exists.';
