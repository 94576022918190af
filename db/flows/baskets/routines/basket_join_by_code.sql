create or replace function public.basket_join_by_code(_profile_id uuid, _whatsapp text, _code text)
returns table (basket_id uuid, basket_name text)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  select joined.basket_id, joined.basket_name
  from wa.join_basket_by_code(_profile_id, _code) as joined
$$;

alter function public.basket_join_by_code owner to wa_basket_owner;

comment on function public.basket_join_by_code is
'Makes the profile a member of the basket with this code; changes nothing if it is one. No row: no basket has this code, and the try was counted. _whatsapp is accepted for older callers and not used. Raises WA020, WA024, WA028.';

grant execute on function public.basket_join_by_code to wa_runtime;
