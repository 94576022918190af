create or replace function public.basket_create(
  _profile_id uuid, _whatsapp text, _name text, _is_public boolean, _goal_minor bigint
)
returns table (basket_id uuid, share_token text, qr_url text)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  select created.basket_id, created.share_token, created.qr_url
  from wa.create_basket(_profile_id, _name, _is_public, _goal_minor) as created
$$;

alter function public.basket_create owner to wa_basket_owner;

comment on function public.basket_create is
'Creates a basket that the profile owns. _goal_minor: minor units, null for no goal. _is_public: null means private. _whatsapp is accepted for older callers and not used. Raises WA020, WA026, WA027, WA031.';

grant execute on function public.basket_create to wa_runtime;
