create or replace function public.market_ask(_profile_id uuid, _offer_id uuid, _text text)
returns table (talk_id uuid, is_waiting boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id constant uuid := wa.lock_acting_profile(_profile_id);
  v_offer constant wa.market_offers := wa.lock_others_market_offer(_offer_id, v_user_id);
  v_talk wa.market_talks;
begin
  insert into wa.market_talks as talk (offer_id, seller_id, buyer_id)
  values (v_offer.offer_id, v_offer.seller_id, v_user_id)
  on conflict on constraint market_talks_offer_id_buyer_id_key do nothing;

  select talk.* into v_talk
  from wa.market_talks as talk
  where talk.offer_id = v_offer.offer_id and talk.buyer_id = v_user_id
  for no key update;

  return query select v_talk.talk_id, wa.relay_market_text(v_talk, v_user_id, _text);
end
$$;

alter function public.market_ask owner to wa_runtime;

comment on function public.market_ask is
'Passes a question (1 to 700 characters) on to the seller of an open offer, who learns neither name nor number. is_waiting: the seller reads it with the next message to the bot. Raises WA020, WA080, WA082, WA083, WA085.';
