create or replace function wa.basket_balance(p_basket_id uuid)
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    (
      select entry.balance_after_minor
      from public.basket_contributions as entry
      where entry.basket_id = p_basket_id
      order by entry.entry_number desc
      limit 1
    ),
    0
  );
end
$$;

comment on function wa.basket_balance is
'What is in a basket, in minor units of its currency: what its last ledger entry left.';

grant execute on function wa.basket_balance to wa_basket_owner;
