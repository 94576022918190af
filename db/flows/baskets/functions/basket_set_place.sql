create or replace function public.basket_set_place(
  _profile_id uuid, _basket_id uuid, _lat double precision, _lng double precision
)
returns table (basket_id uuid, basket_name text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id uuid := wa.lock_acting_profile(_profile_id);
  v_basket public.baskets := wa.lock_basket_as_member(_basket_id, v_user_id, 'owner');
begin
  perform wa.require_open_basket(v_basket);

  if _lat is not null or _lng is not null then
    perform wa.check_coordinates(_lat, _lng);
  end if;

  update public.baskets as basket
  set latitude = _lat, longitude = _lng, last_activity_at = now()
  where basket.id = v_basket.id;

  return query select v_basket.id, v_basket.name;
end
$$;

alter function public.basket_set_place owner to wa_basket_owner;

comment on function public.basket_set_place is
'Says where a basket of the profile is (degrees, WGS 84), so that it is found nearby if it is public; two nulls take the place away. Raises WA020 to WA024 and WA029.';

grant execute on function public.basket_set_place to wa_runtime;
