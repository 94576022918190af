create or replace function public.basket_generate_qr(_profile_id uuid, _basket_id uuid)
returns table (qr_url text)
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
  perform wa.require_open_basket(v_basket);
  return query select wa.build_basket_link(v_basket.share_token);
end
$$;

alter function public.basket_generate_qr owner to wa_basket_owner;

comment on function public.basket_generate_qr is
'The wa.me link that a QR code of the basket encodes: it opens a chat with the bot and the basket''s code in it. For those who see the basket, while it is open. Raises WA020, WA021, WA024, WA031.';

grant execute on function public.basket_generate_qr to wa_runtime;
