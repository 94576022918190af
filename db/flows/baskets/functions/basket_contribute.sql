create or replace function public.basket_contribute(
  _profile_id uuid, _basket_id uuid, _amount_minor bigint, _reference text
)
returns table (
  basket_id uuid, basket_name text, amount_minor bigint, balance_minor bigint, currency text, is_new boolean
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id uuid := wa.lock_acting_profile(_profile_id);
  v_reference text := regexp_replace(_reference, e'^\\s+|\\s+$', '', 'g');
  v_basket public.baskets;
  v_is_new boolean := false;
begin
  perform wa.check_contribution(_amount_minor, v_reference);

  -- A repeat is answered even where a first one would be refused: the basket may have been closed since.
  if not wa.is_contribution_recorded(v_reference, v_user_id, _basket_id, _amount_minor) then
    v_basket := wa.lock_basket_as_member(_basket_id, v_user_id);

    if not wa.is_contribution_recorded(v_reference, v_user_id, _basket_id, _amount_minor) then
      perform wa.require_open_basket(v_basket);
      v_is_new := wa.append_contribution(v_basket, v_user_id, _amount_minor, v_reference);

      if not v_is_new then
        perform wa.is_contribution_recorded(v_reference, v_user_id, _basket_id, _amount_minor);
      end if;
    end if;
  end if;

  return query
  select
    basket.id, basket.name, _amount_minor, wa.basket_balance(basket.id), basket.currency, v_is_new
  from public.baskets as basket
  where basket.id = _basket_id;
end
$$;

alter function public.basket_contribute owner to wa_basket_owner;

comment on function public.basket_contribute is
'Records a payment of the profile into an open basket it is in: _amount_minor in minor units of the basket''s currency, once for each _reference, however often it is called. Answers with the balance. Raises WA020, WA021, WA022, WA024, WA032, WA033, WA034.';

grant execute on function public.basket_contribute to wa_runtime;
