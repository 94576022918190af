create or replace function wa.find_visible_basket(p_basket_id uuid, p_user_id uuid)
returns public.baskets
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_basket public.baskets;
begin
  select basket.* into v_basket
  from public.baskets as basket
  where basket.id = p_basket_id
    and (
      (basket.is_public and basket.status = 'open')
      or exists (
        select from public.basket_members as member
        where member.basket_id = basket.id and member.user_id = p_user_id
      )
    );

  if not found then
    raise exception using
      errcode = 'WA021',
      message = 'there is no such basket for this profile',
      detail = format('_basket_id is %s.', coalesce(p_basket_id::text, 'null')),
      hint = 'Only members see a basket that is private or closed. Use an id from basket_list_mine or basket_discover_nearby.';
  end if;
  return v_basket;
end
$$;

comment on function wa.find_visible_basket is
'A basket that this person may see: one of its own, or a public and open one. Raises WA021 otherwise, without telling whether it exists.';

grant execute on function wa.find_visible_basket to wa_basket_owner;
