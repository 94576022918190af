create or replace function wa.count_basket_member()
returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := now();
begin
  if tg_op <> 'DELETE' and exists (
    select from public.profiles as profile
    where profile.user_id = new.user_id and profile.merged_into is not null
  ) then
    raise exception using
      errcode = 'WA020',
      message = 'a merged profile cannot be in a basket',
      detail = format('The profile is %s.', new.user_id),
      hint = 'Use the profile that profiles.merged_into leads to.';
  end if;

  if tg_op = 'INSERT' then
    update public.baskets as basket
    set
      member_count = basket.member_count + 1,
      owner_count = basket.owner_count + (new.role = 'owner')::integer,
      last_activity_at = v_now
    where basket.id = new.basket_id and basket.status = 'open';

    if not found then
      perform wa.require_open_basket(row(basket.*)::public.baskets) from public.baskets as basket where basket.id = new.basket_id;
    end if;
  elsif tg_op = 'DELETE' then
    update public.baskets as basket
    set
      member_count = basket.member_count - 1,
      owner_count = basket.owner_count - (old.role = 'owner')::integer,
      status = case when basket.member_count = 1 then 'closed' else basket.status end,
      closed_at = case when basket.member_count = 1 then coalesce(basket.closed_at, v_now) else basket.closed_at end,
      last_activity_at = v_now
    where basket.id = old.basket_id;
  else
    update public.baskets as basket
    set owner_count = basket.owner_count + (new.role = 'owner')::integer - (old.role = 'owner')::integer
    where basket.id = new.basket_id;
  end if;
  return null;
end
$$;

comment on function wa.count_basket_member is
'Keeps member_count and owner_count of a basket, refuses members of a closed basket or a merged profile, and closes a basket that its last member left.';

grant execute on function wa.count_basket_member to wa_basket_owner;

create or replace trigger basket_members_count
after insert or delete or update of role, user_id on public.basket_members
for each row
-- Where an extension made the tables, pg_restore fills them with this trigger in place: its rows are counted already.
when (current_setting('row_security') = 'on')
execute function wa.count_basket_member();

comment on trigger basket_members_count on public.basket_members is
'Updates the basket''s row, and so takes its lock: whoever changes members, the rules of the basket hold.';
