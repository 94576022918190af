create or replace function wa.warn_of_expiry(p_waiting_before timestamptz)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  c_notice constant interval := interval '14 days';
  v_payloads integer;
  v_oldest_at timestamptz;
begin
  -- Once a day is enough to be heard.
  if exists (
    select from wa.alerts as alert
    where alert.kind = 'payloads_expire' and alert.group_key = 'soon' and alert.last_seen_at > now() - interval '1 day'
  ) or exists (
    select from wa.alert_occurrences as occurrence
    where occurrence.kind = 'payloads_expire' and occurrence.group_key = 'soon'
  ) then
    return;
  end if;

  select count(*), min(kept.received_at)
  into v_payloads, v_oldest_at
  from wa.kept_payloads as kept
  where kept.replayed_at is null
    and kept.reason <> 'text_replaced'
    and kept.received_at < p_waiting_before + c_notice;

  if v_payloads > 0 then
    perform wa.raise_alert(
      'payloads_expire',
      'soon',
      jsonb_build_object('payloads', v_payloads, 'first_goes_at', now() + (v_oldest_at - p_waiting_before))
    );
  end if;
end
$$;

comment on function wa.warn_of_expiry is
'Raises an alert, once a day, when payloads that nobody has replayed or dismissed will be deleted within two weeks.';

grant execute on function wa.warn_of_expiry to wa_maintenance;
