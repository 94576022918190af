create or replace function wa.describe_market_offer(p_offer jsonb, p_locale text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return concat_ws(
    e'\n',
    '*' || (p_offer ->> 'title') || '*',
    wa.describe_market_price(p_offer, p_locale),
    case
      when (p_offer -> 'is_mine')::boolean then wa.get_text('market.status_' || (p_offer ->> 'status'), p_locale)
    end
  );
end
$$;

comment on function wa.describe_market_offer is
'An offer in a few lines: what it is, its price, and for its seller how it stands.';
