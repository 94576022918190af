create or replace function wa.is_contribution_recorded(
  p_reference text, p_user_id uuid, p_basket_id uuid, p_amount_minor bigint
)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_entry public.basket_contributions;
begin
  select entry.* into v_entry
  from public.basket_contributions as entry
  where entry.reference = p_reference;

  if not found then
    return false;
  end if;

  if v_entry.basket_id is distinct from p_basket_id
    or v_entry.amount_minor <> p_amount_minor
    or wa.resolve_acting_profile(v_entry.user_id) <> p_user_id
  then
    raise exception using
      errcode = 'WA034',
      message = 'this reference belongs to another contribution',
      detail = format('Reference %s was recorded with another profile, basket or amount.', p_reference),
      hint = 'Use one reference a payment, and repeat a call with exactly the same arguments.';
  end if;
  return true;
end
$$;

comment on function wa.is_contribution_recorded is
'Whether this very contribution is in the ledger. Raises WA034 when its reference names another one. Volatile, to see what was committed while the caller waited for a lock.';

grant execute on function wa.is_contribution_recorded to wa_basket_owner;
