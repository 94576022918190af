create or replace function public.market_list_mine(_profile_id uuid)
returns table (
  offer_id uuid,
  title text,
  price_minor bigint,
  currency text,
  status text,
  talk_count bigint,
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
begin
  return query
  select
    offer.offer_id, offer.title, offer.price_minor, offer.currency, wa.market_status(row(offer.*)::wa.market_offers),
    (select count(*) from wa.market_talks as talk where talk.offer_id = offer.offer_id),
    offer.created_at, offer.expires_at
  from wa.market_offers as offer
  where offer.seller_id = v_user_id
  order by wa.market_status(row(offer.*)::wa.market_offers) <> 'open', offer.created_at desc, offer.offer_id;
end
$$;

alter function public.market_list_mine owner to wa_runtime;

comment on function public.market_list_mine is
'What the profile offers, open offers first, then the newest. talk_count: how many people asked. Raises WA020.';
