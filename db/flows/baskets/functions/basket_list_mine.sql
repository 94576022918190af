create or replace function public.basket_list_mine(_profile_id uuid)
returns table (
  id uuid,
  name text,
  status text,
  member_count integer,
  balance_minor bigint,
  currency text,
  is_owner boolean,
  is_public boolean,
  goal_minor bigint,
  last_activity timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id uuid := wa.resolve_acting_profile(_profile_id);
begin
  return query
  select
    basket.id, basket.name, basket.status, basket.member_count, wa.basket_balance(basket.id),
    basket.currency, member.role = 'owner', basket.is_public, basket.goal_minor, basket.last_activity_at
  from public.basket_members as member
  inner join public.baskets as basket on basket.id = member.basket_id
  where member.user_id = v_user_id
  order by basket.status desc, basket.last_activity_at desc, basket.id;
end
$$;

alter function public.basket_list_mine owner to wa_basket_owner;

comment on function public.basket_list_mine is
'The baskets that the profile is in, open ones first, the most recently active first. Amounts in minor units of the currency. Raises WA020.';

grant execute on function public.basket_list_mine to wa_runtime;
