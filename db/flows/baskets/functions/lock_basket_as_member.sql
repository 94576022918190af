create or replace function wa.lock_basket_as_member(
  p_basket_id uuid, p_user_id uuid, p_required_role text default 'member'
)
returns public.baskets
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_basket public.baskets;
  v_role text;
begin
  select basket.* into v_basket
  from public.baskets as basket
  where basket.id = p_basket_id
  for no key update;

  select member.role into v_role
  from public.basket_members as member
  where member.basket_id = p_basket_id and member.user_id = p_user_id;

  if v_role is null then
    perform wa.find_visible_basket(p_basket_id, p_user_id);

    raise exception using
      errcode = 'WA022',
      message = 'the profile is not a member of this basket',
      detail = format('_basket_id is %s.', p_basket_id),
      hint = 'Join first, with basket_join_by_code.';
  end if;

  if p_required_role = 'owner' and v_role <> 'owner' then
    raise exception using
      errcode = 'WA023',
      message = 'only an owner of the basket may do this',
      detail = format('_basket_id is %s.', p_basket_id),
      hint = 'Ask the owner: basket_detail names them.';
  end if;
  return v_basket;
end
$$;

comment on function wa.lock_basket_as_member is
'Locks a basket, before anything that depends on it is read, and returns it. Raises WA021, WA022 or WA023 when the person does not see it, is not in it, or is not its owner where that is required.';

grant execute on function wa.lock_basket_as_member to wa_basket_owner;
