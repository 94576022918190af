create or replace function wa.market_status(p_offer wa.market_offers)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case when p_offer.status = 'open' and p_offer.expires_at <= now() then 'expired' else p_offer.status end;
end
$$;

comment on function wa.market_status is
'The status of an offer as of now: what is past its time has expired, whether or not retention has been there.';
