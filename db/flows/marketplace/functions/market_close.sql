create or replace function public.market_close(_profile_id uuid, _offer_id uuid)
returns table (offer_id uuid, status text, ended_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id constant uuid := wa.lock_acting_profile(_profile_id);
  v_offer constant wa.market_offers := wa.lock_own_market_offer(_offer_id, v_user_id);
begin
  update wa.market_offers as offer
  set status = 'closed', ended_at = now()
  where offer.offer_id = v_offer.offer_id and offer.status in ('open', 'expired');

  return query
  select offer.offer_id, offer.status, offer.ended_at
  from wa.market_offers as offer
  where offer.offer_id = v_offer.offer_id;
end
$$;

alter function public.market_close owner to wa_runtime;

comment on function public.market_close is
'Closes an offer of the profile''s for good; changes nothing where it is closed or hidden. Raises WA020, WA080, WA081.';
