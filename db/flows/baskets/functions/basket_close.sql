create or replace function public.basket_close(_profile_id uuid, _basket_id uuid)
returns table (basket_id uuid, basket_name text, status text, closed_at timestamptz)
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
  update public.baskets as basket
  set status = 'closed', closed_at = now(), last_activity_at = now()
  where basket.id = v_basket.id and basket.status = 'open';

  return query
  select basket.id, basket.name, basket.status, basket.closed_at
  from public.baskets as basket
  where basket.id = v_basket.id;
end
$$;

alter function public.basket_close owner to wa_basket_owner;

comment on function public.basket_close is
'Closes a basket of the profile for good; changes nothing if it is closed already. Raises WA020, WA021, WA022, WA023.';

grant execute on function public.basket_close to wa_runtime;
