create or replace function wa.judge_market_offer(p_offer_id uuid, p_is_fine boolean)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_status text;
  v_now constant timestamptz := now();
begin
  update wa.market_offers as offer
  set
    status = case when p_is_fine then 'open' else 'closed' end,
    ended_at = case when p_is_fine then null else v_now end
  where offer.offer_id = p_offer_id and offer.status = 'hidden'
  returning offer.status into v_status;

  if v_status is null then
    raise exception using
      errcode = 'WA080',
      message = 'there is no such hidden offer',
      detail = format('The offer is %s.', coalesce(p_offer_id::text, 'null')),
      hint = 'List them: select offer_id, title, price_minor, currency from wa.market_offers where status = ''hidden''.';
  end if;

  delete from wa.market_reports as report
  where report.offer_id = p_offer_id;
  return v_status;
end
$$;

alter function wa.judge_market_offer owner to wa_runtime;

comment on function wa.judge_market_offer is
'For operators: opens an offer that people reported, or closes it for good; the reports of it go. Returns its status. Raises WA080 where it is not hidden.';

grant execute on function wa.judge_market_offer to wa_operator_role;
