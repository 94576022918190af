create or replace function public.basket_create(
  _profile_id uuid, _whatsapp text, _name text, _is_public boolean, _goal_minor bigint
)
returns table (basket_id uuid, share_token text, qr_url text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
-- For plpgsql_check, since _whatsapp is there for older callers only: @plpgsql_check_options: extra_warnings = false
declare
  v_user_id uuid := wa.lock_acting_profile(_profile_id);
  v_name text := wa.clean_basket_name(_name);
  v_basket_id uuid;
  v_share_token text;
begin
  if (coalesce(_goal_minor, 1) between 1 and 1000000000000000) is not true then
    raise exception using
      errcode = 'WA027',
      message = 'the goal is not a positive amount',
      detail = format('_goal_minor is %s.', _goal_minor),
      hint = 'Pass minor units of the currency, from 1 to 10^15, or null for no goal.';
  end if;

  loop
    insert into public.baskets (name, is_public, goal_minor, currency, share_token)
    values (
      v_name, coalesce(_is_public, false), _goal_minor,
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

alter function public.basket_create owner to wa_basket_owner;

comment on function public.basket_create is
'Creates a basket that the profile owns. _goal_minor: minor units, null for no goal. _is_public: null means private. _whatsapp is accepted for older callers and not used. Raises WA020, WA026, WA027, WA031.';

grant execute on function public.basket_create to wa_runtime;
