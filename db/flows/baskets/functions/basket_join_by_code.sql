create or replace function public.basket_join_by_code(_profile_id uuid, _whatsapp text, _code text)
returns table (basket_id uuid, basket_name text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
-- For plpgsql_check, since _whatsapp is there for older callers only: @plpgsql_check_options: extra_warnings = false
declare
  v_user_id uuid := wa.lock_acting_profile(_profile_id);
  v_basket public.baskets;
begin
  perform wa.open_basket_join_attempt(v_user_id);

  select basket.* into v_basket
  from public.baskets as basket
  where basket.share_token = wa.fold_basket_code(_code);

  -- Raising would undo the count of wrong tries, and with it the limit.
  if not found then
    update wa.basket_join_attempts as attempt
    set wrong_tries = attempt.wrong_tries + 1
    where attempt.user_id = v_user_id;
    return;
  end if;

  if not exists (
    select from public.basket_members as member
    where member.basket_id = v_basket.id and member.user_id = v_user_id
  ) then
    -- The table's trigger refuses a closed basket.
    insert into public.basket_members (basket_id, user_id) values (v_basket.id, v_user_id);
  end if;

  return query select v_basket.id, v_basket.name;
end
$$;

alter function public.basket_join_by_code owner to wa_basket_owner;

comment on function public.basket_join_by_code is
'Makes the profile a member of the basket with this code; changes nothing if it is one. No row: no basket has this code, and the try was counted. _whatsapp is accepted for older callers and not used. Raises WA020, WA024, WA028.';

grant execute on function public.basket_join_by_code to wa_runtime;
