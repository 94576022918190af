create or replace function wa.reverse_basket_contribution(p_reference text, p_reversal_reference text)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_entry public.basket_contributions;
  v_basket public.baskets;
begin
  select entry.* into v_entry
  from public.basket_contributions as entry
  where entry.reference = p_reference and entry.reverses_entry_number is null;

  select basket.* into v_basket
  from public.baskets as basket
  where basket.id = v_entry.basket_id
  for no key update;

  if v_basket.id is null or exists (
    select from public.basket_contributions as entry
    where entry.basket_id = v_entry.basket_id and entry.reverses_entry_number = v_entry.entry_number
  ) then
    raise exception using
      errcode = 'WA037',
      message = 'there is no contribution with this reference to reverse',
      detail = format('Reference %s is unknown, is a reversal, or was reversed already.', p_reference),
      hint = 'Look in public.basket_contributions for the reference of the contribution.';
  end if;

  perform wa.check_contribution(v_entry.amount_minor, p_reversal_reference);

  if not wa.append_contribution(
    v_basket, v_entry.user_id, -v_entry.amount_minor, p_reversal_reference, v_entry.entry_number
  ) then
    raise exception using
      errcode = 'WA034',
      message = 'this reference belongs to another contribution',
      detail = format('Reference %s is in the ledger.', p_reversal_reference),
      hint = 'Give the reversal a reference of its own.';
  end if;

  return wa.basket_balance(v_basket.id);
end
$$;

alter function wa.reverse_basket_contribution owner to wa_basket_owner;

comment on function wa.reverse_basket_contribution is
'Takes a wrong contribution back, once, by an entry of the opposite amount, and returns the basket''s balance in minor units. For operators, in closed baskets too. Raises WA033, WA034, WA037.';
