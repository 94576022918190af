create or replace function wa.purge_kept_payloads(p_before timestamptz, p_waiting_before timestamptz, p_batch integer)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_purged integer;
  v_given_up integer;
begin
  with purged as (
    delete from wa.kept_payloads as expired
    where expired.ctid = any(
      array(
        select candidate.ctid
        from wa.kept_payloads as candidate
        where candidate.received_at < p_before
          and (
            candidate.replayed_at is not null
            or candidate.reason = 'text_replaced'
            or candidate.received_at < p_waiting_before
          )
        order by candidate.received_at
        limit p_batch
      )
    )
    returning expired.replayed_at is null and expired.reason <> 'text_replaced' as was_waiting
  )

  select count(*), count(*) filter (where purged.was_waiting)
  into v_purged, v_given_up
  from purged;

  if v_given_up > 0 then
    perform wa.raise_alert('payloads_expire', 'deleted', jsonb_build_object('payloads', v_given_up));
  end if;
  return v_purged;
end
$$;

comment on function wa.purge_kept_payloads is
'Deletes up to p_batch payloads received before p_before that nobody has to look at any more, and those received before p_waiting_before that nobody looked at, which an alert tells. Returns how many.';

grant execute on function wa.purge_kept_payloads to wa_maintenance;
