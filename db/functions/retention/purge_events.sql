create or replace function wa.purge_events(p_before timestamptz, p_batch integer)
returns integer
language sql
volatile
set search_path = ''
as $$
  with purged as (
    delete from public.wa_events as expired
    where expired.ctid = any(
      array(
        select candidate.ctid
        from public.wa_events as candidate
        where candidate.received_at < p_before
        order by candidate.received_at
        limit p_batch
      )
    )
    returning 1
  )

  select count(*)::integer
  from purged
$$;

comment on function wa.purge_events(timestamptz, integer) is
'Forgets up to p_batch events received before p_before, and returns how many.';

revoke all on function wa.purge_events(timestamptz, integer) from public;
grant execute on function wa.purge_events(timestamptz, integer) to wa_maintenance;
