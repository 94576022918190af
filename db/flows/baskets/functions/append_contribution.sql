create or replace function wa.append_contribution(
  p_basket public.baskets,
  p_user_id uuid,
  p_amount_minor bigint,
  p_reference text,
  p_reverses_entry_number integer default null
)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_last public.basket_contributions;
  v_is_new boolean;
begin
  select entry.* into v_last
  from public.basket_contributions as entry
  where entry.basket_id = p_basket.id
  order by entry.entry_number desc
  limit 1;

  insert into public.basket_contributions (
    basket_id, entry_number, user_id, amount_minor, currency, reference, reverses_entry_number,
    balance_before_minor, balance_after_minor
  )
  values (
    p_basket.id, coalesce(v_last.entry_number, 0) + 1, p_user_id, p_amount_minor, p_basket.currency,
    p_reference, p_reverses_entry_number,
    coalesce(v_last.balance_after_minor, 0), coalesce(v_last.balance_after_minor, 0) + p_amount_minor
  )
  on conflict on constraint basket_contributions_reference_key do nothing;

  v_is_new := found;

  if v_is_new then
    update public.baskets as basket
    set last_activity_at = now()
    where basket.id = p_basket.id;
  end if;
  return v_is_new;
end
$$;

comment on function wa.append_contribution is
'Adds one entry to a basket''s ledger, continuing its balance; false when the reference is taken. The caller holds the basket''s lock.';

grant execute on function wa.append_contribution to wa_basket_owner;
