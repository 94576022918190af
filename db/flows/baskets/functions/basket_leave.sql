create or replace function public.basket_leave(_profile_id uuid, _basket_id uuid)
returns table (basket_id uuid, basket_name text, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id uuid := wa.lock_acting_profile(_profile_id);
  v_basket public.baskets := wa.lock_basket_as_member(_basket_id, v_user_id);
begin
  if v_basket.status = 'open' and v_basket.member_count > 1 and v_basket.owner_count = 1 and exists (
    select from public.basket_members as member
    where member.basket_id = v_basket.id and member.user_id = v_user_id and member.role = 'owner'
  ) then
    raise exception using
      errcode = 'WA025',
      message = 'the last owner cannot leave an open basket that still has members',
      detail = format('Basket %s has %s members.', v_basket.id, v_basket.member_count),
      hint = 'Close the basket first, with basket_close.';
  end if;

  delete from public.basket_members as member
  where member.basket_id = v_basket.id and member.user_id = v_user_id;

  return query
  select basket.id, basket.name, basket.status
  from public.baskets as basket
  where basket.id = v_basket.id;
end
$$;

alter function public.basket_leave owner to wa_basket_owner;

comment on function public.basket_leave is
'Takes the profile out of a basket. The basket closes when its last member leaves. Raises WA020, WA021, WA022, WA025.';

grant execute on function public.basket_leave to wa_runtime;
