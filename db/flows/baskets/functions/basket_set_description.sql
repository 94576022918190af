create or replace function public.basket_set_description(_profile_id uuid, _basket_id uuid, _description text)
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
  v_description text := nullif(regexp_replace(_description, e'^\\s+|\\s+$', '', 'g'), '');
begin
  perform wa.require_open_basket(v_basket);

  if char_length(v_description) > 300 then
    raise exception using
      errcode = 'WA036',
      message = 'the description of the basket is too long',
      detail = format('It has %s characters after trimming.', char_length(v_description)),
      hint = 'Pass at most 300 characters.';
  end if;

  update public.baskets as basket
  set description = v_description, last_activity_at = now()
  where basket.id = v_basket.id;

  return query select v_basket.id, v_basket.name;
end
$$;

alter function public.basket_set_description owner to wa_basket_owner;

comment on function public.basket_set_description is
'Says what a basket of the profile is for, to people who find it; null or an empty text takes it away. Raises WA020 to WA024 and WA036.';

grant execute on function public.basket_set_description to wa_runtime;
