create or replace function wa.purge_kept_payloads(p_before timestamptz, p_batch integer)
returns integer
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with purged as (
    delete from wa.kept_payloads as expired
    where expired.ctid = any(
      array(
        select candidate.ctid
        from wa.kept_payloads as candidate
        where candidate.received_at < p_before and (candidate.replayed_at is not null or candidate.reason = 'text_replaced')
        order by candidate.received_at
        limit p_batch
      )
    )
    returning 1
  )

  select count(*)::integer
  from purged
$$;

comment on function wa.purge_kept_payloads is
'Deletes up to p_batch payloads received before p_before that nobody has to look at any more, and returns how many.';

grant execute on function wa.purge_kept_payloads to wa_maintenance;
