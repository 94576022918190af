create or replace function wa.merge_market_offers(p_merged uuid, p_survivor uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Nobody talks with themselves, as it turns out.
  delete from wa.market_talks as talk
  where (talk.seller_id, talk.buyer_id) in ((p_merged, p_survivor), (p_survivor, p_merged));

  delete from wa.market_reports as report
  using wa.market_offers as offer
  where offer.offer_id = report.offer_id
    and (offer.seller_id, report.reporter_id) in ((p_merged, p_survivor), (p_survivor, p_merged));

  update wa.market_offers as offer
  set seller_id = p_survivor
  where offer.seller_id = p_merged;
end
$$;

comment on function wa.merge_market_offers is
'Of wa.move_to_survivor: moves offers, and their talks with them; what one asked or reported of the other goes.';
