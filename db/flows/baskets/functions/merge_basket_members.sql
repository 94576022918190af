create or replace function wa.merge_basket_members(p_merged uuid, p_survivor uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  perform from public.baskets as basket
  where basket.id in (
    select member.basket_id from public.basket_members as member where member.user_id = p_merged
  )
  order by basket.id
  for no key update;

  -- The survivor becomes owner before the other one goes, so that the basket has an owner at every moment.
  update public.basket_members as survivor
  set
    role = case when 'owner' in (survivor.role, merged.role) then 'owner' else 'member' end,
    joined_at = least(survivor.joined_at, merged.joined_at)
  from public.basket_members as merged
  where survivor.user_id = p_survivor
    and merged.user_id = p_merged
    and merged.basket_id = survivor.basket_id;

  delete from public.basket_members as merged
  using public.basket_members as survivor
  where merged.user_id = p_merged
    and survivor.user_id = p_survivor
    and survivor.basket_id = merged.basket_id;

  update public.basket_members as member
  set user_id = p_survivor
  where member.user_id = p_merged;
end
$$;

alter function wa.merge_basket_members owner to wa_basket_owner;

comment on function wa.merge_basket_members is
'Of wa.move_to_survivor: moves memberships to another profile of the same person, and an owner stays owner. The ledger is not touched: it names the old profile, which points to the survivor. Comes after profiles.merged_into is set, so that nobody joins as the old one any more.';

grant execute on function wa.merge_basket_members to wa_runtime;
