create or replace function wa.lock_identities(p_phones text[], p_bsuids text[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  c_all_identities constant bigint := hashtextextended('wa.identities', 0);
  c_most_single_locks constant integer := 100;
begin
  -- A lock each is precise, but the server's lock table is small: a payload with very many new senders locks them all.
  if coalesce(cardinality(p_phones), 0) + coalesce(cardinality(p_bsuids), 0) > c_most_single_locks then
    perform pg_advisory_xact_lock(c_all_identities);
    return;
  end if;

  perform pg_advisory_xact_lock_shared(c_all_identities);
  perform pg_advisory_xact_lock(identity.lock_key)
  from (
    select distinct hashtextextended(name.value, c_all_identities) as lock_key
    from (
      select wa.phone_lookup_key(phone) as value from unnest(p_phones) as phone
      union all
      select bsuid from unnest(p_bsuids) as bsuid
    ) as name
    order by lock_key
  ) as identity;
end
$$;

comment on function wa.lock_identities is
'Serializes, until the transaction ends, the calls that create, merge or change the profiles of these numbers and BSUIDs. Known senders never come here.';

grant execute on function wa.lock_identities to wa_runtime, wa_privacy;
