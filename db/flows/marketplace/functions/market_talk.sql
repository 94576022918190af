create or replace function public.market_talk(_profile_id uuid, _talk_id uuid)
returns table (talk_id uuid, offer_id uuid, title text, is_seller boolean, ended_at timestamptz)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id constant uuid := wa.resolve_acting_profile(_profile_id);
begin
  return query
  select talk.talk_id, offer.offer_id, offer.title, talk.seller_id = v_user_id, talk.ended_at
  from wa.market_talks as talk
  inner join wa.market_offers as offer on offer.offer_id = talk.offer_id
  where talk.talk_id = _talk_id and v_user_id in (talk.seller_id, talk.buyer_id);
end
$$;

alter function public.market_talk owner to wa_runtime;

comment on function public.market_talk is
'What a talk of the profile''s is about; no row where it takes part in none of this id. Raises WA020.';
