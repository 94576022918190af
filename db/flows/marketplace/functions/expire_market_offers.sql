create or replace function wa.expire_market_offers(p_batch integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_kept constant interval := make_interval(secs => 86400 * wa.get_setting('market_ended_days')::double precision);
  v_due uuid[];
  v_expired integer;
  v_deleted integer;
begin
  v_due := array(
    select offer.offer_id
    from wa.market_offers as offer
    where offer.status = 'open' and offer.expires_at <= now()
    order by offer.expires_at
    limit p_batch
  );

  -- Profiles before offers, as everybody does.
  perform
  from public.profiles as profile
  where profile.user_id in (select offer.seller_id from wa.market_offers as offer where offer.offer_id = any(v_due))
  order by profile.user_id
  for key share;

  with expired as (
    update wa.market_offers as offer
    set status = 'expired', ended_at = now()
    where offer.offer_id = any(v_due) and offer.status = 'open' and offer.expires_at <= now()
    returning offer.offer_id, offer.seller_id, offer.title, offer.expires_at
  )

  select count(
    public.wa_notify(
      coalesce(seller.whatsapp_e164, seller.wa_user_id),
      wa.build_buttons(
        wa.get_text('market.told_expired', seller.locale, jsonb_build_object('title', expired.title)),
        jsonb_build_array(
          wa.build_choice('market.renew.' || expired.offer_id, wa.get_text('market.renew_button', seller.locale)),
          wa.build_choice('market.close.' || expired.offer_id, wa.get_text('market.close_button', seller.locale))
        )
      ) || jsonb_build_object('delivery', jsonb_build_object('expires_at', expired.expires_at + v_kept)),
      now(),
      format('market:expired:%s:%s', expired.offer_id, extract(epoch from expired.expires_at))
    )
  )
  into v_expired
  from expired
  inner join public.profiles as seller on seller.user_id = expired.seller_id;

  delete from wa.market_offers as ended
  where ended.offer_id = any(
    array(
      select offer.offer_id
      from wa.market_offers as offer
      where offer.status <> 'open' and offer.ended_at < now() - v_kept
      order by offer.ended_at
      limit p_batch - v_expired
    )
  );
  get diagnostics v_deleted = row_count;
  return v_expired + v_deleted;
end
$$;

alter function wa.expire_market_offers owner to wa_runtime;

comment on function wa.expire_market_offers is
'Of wa_retention_purge: closes up to p_batch offers that are past their time, tells their sellers, and deletes what ended market_ended_days ago, with its talks and reports. Returns how many.';

grant execute on function wa.expire_market_offers to wa_maintenance;
