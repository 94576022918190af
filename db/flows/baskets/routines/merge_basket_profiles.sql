create or replace function wa.merge_basket_profiles(p_from uuid, p_into uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into wa.basket_join_attempts as attempt (user_id, wrong_tries, window_started_at)
  select p_into, merged.wrong_tries, merged.window_started_at
  from wa.basket_join_attempts as merged
  where merged.user_id = p_from
  on conflict on constraint basket_join_attempts_pkey do update
  set
    wrong_tries = greatest(attempt.wrong_tries, excluded.wrong_tries),
    window_started_at = greatest(attempt.window_started_at, excluded.window_started_at);

  delete from wa.basket_join_attempts as attempt
  where attempt.user_id = p_from;

  perform from public.baskets as basket
  where basket.id in (
    select member.basket_id from public.basket_members as member where member.user_id = p_from
  )
  order by basket.id
  for no key update;

  -- The survivor becomes owner before the other one goes, so that the basket has an owner at every moment.
  update public.basket_members as survivor
  set
    role = case when 'owner' in (survivor.role, merged.role) then 'owner' else 'member' end,
    joined_at = least(survivor.joined_at, merged.joined_at)
  from public.basket_members as merged
  where survivor.user_id = p_into
    and merged.user_id = p_from
    and merged.basket_id = survivor.basket_id;

  delete from public.basket_members as merged
  using public.basket_members as survivor
  where merged.user_id = p_from
    and survivor.user_id = p_into
    and survivor.basket_id = merged.basket_id;

  update public.basket_members as member
  set user_id = p_into
  where member.user_id = p_from;
end
$$;

alter function wa.merge_basket_profiles owner to wa_basket_owner;

comment on function wa.merge_basket_profiles is
'Moves what one profile has in baskets to another, of the same person: memberships (an owner stays owner) and the count of wrong codes. The ledger is not touched: it names the old profile, which points to the survivor. Call it after profiles.merged_into is set, so that nobody joins as the old one any more.';

grant execute on function wa.merge_basket_profiles to wa_runtime;
