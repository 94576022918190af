create or replace function wa.describe_market_price(p_offer jsonb, p_locale text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case (p_offer ->> 'price_minor')::bigint
    when 0 then wa.get_text('market.free', p_locale)
    else wa.format_amount((p_offer ->> 'price_minor')::bigint, p_offer ->> 'currency', p_locale)
  end;
end
$$;

comment on function wa.describe_market_price is
'The price of an offer, an object with price_minor and currency, as it is said: 1,500 USD, or for free.';
