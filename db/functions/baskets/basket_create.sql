create or replace function public.basket_create(
  _profile_id uuid, _whatsapp text, _name text, _is_public boolean, _goal_minor bigint
)
returns table (basket_id uuid, share_token text, qr_url text)
language sql
volatile
security definer
set search_path = ''
as $$
  select created.basket_id, created.share_token, created.qr_url
  from wa.create_basket(_profile_id, _name, _is_public, _goal_minor) as created
$$;

grant create on schema public to wa_basket_owner;
alter function public.basket_create(uuid, text, text, boolean, bigint) owner to wa_basket_owner;
revoke create on schema public from wa_basket_owner;

comment on function public.basket_create(uuid, text, text, boolean, bigint) is
'Creates a basket that the profile owns. _goal_minor: minor units, null for no goal. _is_public: null means private. _whatsapp is accepted for older callers and not used. Raises WA020, WA026, WA027, WA031.';

revoke all on function public.basket_create(uuid, text, text, boolean, bigint) from public;
grant execute on function public.basket_create(uuid, text, text, boolean, bigint) to wa_runtime;
