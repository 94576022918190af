create or replace function public.basket_detail(_profile_id uuid, _basket_id uuid)
returns table (
  id uuid,
  name text,
  description text,
  status text,
  is_public boolean,
  member_count integer,
  balance_minor bigint,
  goal_minor bigint,
  currency text,
  share_token text,
  is_owner boolean,
  is_member boolean,
  owner_name text,
  owner_whatsapp text,
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
  v_basket public.baskets := wa.find_visible_basket(_basket_id, v_user_id);
begin
  return query
  select
    v_basket.id, v_basket.name, v_basket.description, v_basket.status, v_basket.is_public,
    v_basket.member_count, wa.basket_balance(v_basket.id), v_basket.goal_minor, v_basket.currency,
    v_basket.share_token, coalesce(mine.role = 'owner', false), mine.role is not null,
    owner.display_name, case when mine.role is not null then owner.whatsapp_e164 end,
    v_basket.last_activity_at
  from (select v_basket.id) as basket
  left join public.basket_members as mine on mine.basket_id = basket.id and mine.user_id = v_user_id
  left join lateral (
    select profile.display_name, profile.whatsapp_e164
    from public.basket_members as member
    inner join public.profiles as profile on profile.user_id = member.user_id
    where member.basket_id = basket.id and member.role = 'owner'
    order by member.joined_at, member.user_id
    limit 1
  ) as owner on true;
end
$$;

alter function public.basket_detail owner to wa_basket_owner;

comment on function public.basket_detail is
'One basket, as a member sees it; anybody sees a public and open one, but without the owner''s number. Amounts in minor units of the currency. Raises WA020, WA021.';

grant execute on function public.basket_detail to wa_runtime;
