create or replace function public.market_renew(_profile_id uuid, _offer_id uuid)
returns table (offer_id uuid, expires_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id constant uuid := wa.lock_acting_profile(_profile_id);
  v_offer constant wa.market_offers := wa.lock_own_market_offer(_offer_id, v_user_id);
  v_days constant double precision := wa.get_setting('market_offer_days')::double precision;
begin
  if v_offer.status not in ('open', 'expired') then
    raise exception using
      errcode = 'WA086',
      message = 'this offer is not opened again',
      detail = format('It is %s since %s.', v_offer.status, v_offer.ended_at),
      hint = 'What was closed stays so: offer it anew. What people reported an operator opens, with wa.judge_market_offer.';
  end if;

  begin
    perform wa.keep_market_picture(v_offer.picture, v_user_id) where v_offer.picture is not null;
  exception
    when sqlstate 'WA087' then
      -- An offer without its picture is one all the same.
      null;
  end;

  return query
  update wa.market_offers as offer
  set status = 'open', ended_at = null, expires_at = now() + make_interval(secs => 86400 * v_days)
  where offer.offer_id = v_offer.offer_id
  returning offer.offer_id, offer.expires_at;
end
$$;

alter function public.market_renew owner to wa_runtime;

comment on function public.market_renew is
'Opens an offer of the profile''s for another market_offer_days from now, also one that has expired. Raises WA020, WA080, WA081, WA086.';
