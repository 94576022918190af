create or replace function wa.basket_balance(p_basket_id uuid)
returns bigint
language sql
stable
set search_path = ''
as $$
  select coalesce(
    (
      select entry.balance_after_minor
      from public.basket_contributions as entry
      where entry.basket_id = p_basket_id
      order by entry.entry_number desc
      limit 1
    ),
    0
  )
$$;

comment on function wa.basket_balance(uuid) is
'What is in a basket, in minor units of its currency: what its last ledger entry left.';

revoke all on function wa.basket_balance(uuid) from public;
grant execute on function wa.basket_balance(uuid) to wa_basket_owner;
