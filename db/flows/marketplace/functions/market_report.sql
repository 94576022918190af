create or replace function public.market_report(_profile_id uuid, _offer_id uuid)
returns table (offer_id uuid)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_user_id constant uuid := wa.lock_acting_profile(_profile_id);
  v_offer wa.market_offers;
begin
  -- Those who report wait for each other, so that the last of them counts all.
  perform
  from wa.market_offers as offer
  where offer.offer_id = _offer_id
  for no key update;
  v_offer := wa.lock_others_market_offer(_offer_id, v_user_id);

  insert into wa.market_reports (offer_id, reporter_id)
  values (v_offer.offer_id, v_user_id)
  on conflict on constraint market_reports_pkey do nothing;

  update wa.market_offers as offer
  set status = 'hidden', ended_at = now()
  where offer.offer_id = v_offer.offer_id
    and (select count(*) from wa.market_reports as report where report.offer_id = v_offer.offer_id)
    >= wa.get_setting('market_reports_to_hide')::integer;

  if found then
    perform wa.raise_alert(
      'market_offer_hidden', v_offer.offer_id::text, jsonb_build_object('offer_id', v_offer.offer_id)
    );
  end if;
  return query select v_offer.offer_id;
end
$$;

alter function public.market_report owner to wa_runtime;

comment on function public.market_report is
'Notes, once, that the profile finds an open offer of somebody else''s wrong. Where market_reports_to_hide people do, nobody finds it any more until an operator judges, and an alert tells of it. Raises WA020, WA080, WA082.';
