create or replace function wa.erase_wa_events(p_user_ids uuid[])
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_erased bigint;
  v_repeatable text[];
begin
  with erased as (
    delete from public.wa_events as event
    where event.user_id = any(p_user_ids)
    returning event.wa_message_id, event.received_at
  )

  select
    count(*),
    -- Meta repeats for seven days.
    array_agg(erased.wa_message_id) filter (where erased.received_at > now() - interval '8 days')
  into v_erased, v_repeatable
  from erased;

  insert into wa.erased_digests (digest)
  select distinct sha256(convert_to(repeatable.wa_message_id, 'UTF8'))
  from unnest(v_repeatable) as repeatable (wa_message_id)
  on conflict (digest) do update set erased_at = excluded.erased_at;

  return v_erased;
end
$$;

comment on function wa.erase_wa_events is
'Of wa_erase_profile: deletes what these profiles wrote. Meta encodes the number in its message ids, so that only their digests are kept, for as long as it may repeat one.';

grant execute on function wa.erase_wa_events to wa_privacy;
