create or replace function wa.create_basket(p_profile_id uuid, p_name text, p_is_public boolean, p_goal_minor bigint)
returns table (basket_id uuid, share_token text, qr_url text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id uuid := wa.lock_acting_profile(p_profile_id);
  v_name text := wa.clean_basket_name(p_name);
  v_basket_id uuid;
  v_share_token text;
begin
  if (coalesce(p_goal_minor, 1) between 1 and 1000000000000000) is not true then
    raise exception using
      errcode = 'WA027',
      message = 'the goal is not a positive amount',
      detail = format('_goal_minor is %s.', p_goal_minor),
      hint = 'Pass minor units of the currency, from 1 to 10^15, or null for no goal.';
  end if;

  loop
    insert into public.baskets (name, is_public, goal_minor, currency, share_token)
    values (
      v_name, coalesce(p_is_public, false), p_goal_minor,
      wa.get_setting('default_currency') #>> '{}', wa.generate_basket_code()
    )
    on conflict on constraint baskets_share_token_key do nothing
    returning baskets.id, baskets.share_token into v_basket_id, v_share_token;

    exit when found;
  end loop;

  insert into public.basket_members (basket_id, user_id, role)
  values (v_basket_id, v_user_id, 'owner');

  return query select v_basket_id, v_share_token, wa.build_basket_link(v_share_token);
end
$$;

comment on function wa.create_basket is
'Creates a basket that the profile owns: the work of basket_create. Raises WA020, WA026, WA027, WA031.';

grant execute on function wa.create_basket to wa_basket_owner;
