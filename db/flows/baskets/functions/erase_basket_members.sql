create or replace function wa.erase_basket_members(p_user_ids uuid[])
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_basket_ids uuid[];
  v_erased bigint;
begin
  v_basket_ids := array(
    select basket.id
    from public.baskets as basket
    where basket.id in (
      select member.basket_id from public.basket_members as member where member.user_id = any(p_user_ids)
    )
    order by basket.id
    for no key update
  );

  -- Who has been there longest owns what would have no owner.
  update public.basket_members as heir
  set role = 'owner'
  from (
    select distinct on (member.basket_id) member.basket_id, member.user_id
    from public.basket_members as member
    where member.basket_id = any(v_basket_ids)
      and member.user_id <> all(p_user_ids)
    order by member.basket_id, member.role = 'owner' desc, member.joined_at, member.user_id
  ) as chosen
  where heir.basket_id = chosen.basket_id
    and heir.user_id = chosen.user_id
    and heir.role <> 'owner';

  delete from public.basket_members as member
  where member.user_id = any(p_user_ids);
  get diagnostics v_erased = row_count;

  -- What only this person saved in says nothing to anybody else; what is shared belongs to all.
  update public.baskets as basket
  set name = 'Basket', description = null, latitude = null, longitude = null
  where basket.id = any(v_basket_ids)
    and basket.member_count = 0;

  return v_erased;
end
$$;

alter function wa.erase_basket_members owner to wa_basket_owner;

comment on function wa.erase_basket_members is
'Of wa_erase_profile: takes a person out of all baskets. Another member becomes owner where none would be left; a basket without members closes, and loses its name, description and place.';

grant execute on function wa.erase_basket_members to wa_privacy;
