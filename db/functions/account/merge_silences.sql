create or replace function wa.merge_silences(p_merged uuid, p_survivor uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  with merged as (
    delete from wa.silences as silence
    where silence.user_id = p_merged
    returning silence.phone_number_id, silence.reason, silence.since, silence.until
  )

  insert into wa.silences as silence (user_id, phone_number_id, reason, since, until)
  select p_survivor, merged.phone_number_id, merged.reason, merged.since, merged.until
  from merged
  on conflict (user_id, phone_number_id) do update
  set reason = excluded.reason, since = excluded.since, until = excluded.until
  where silence.until < excluded.until;
end
$$;

comment on function wa.merge_silences is
'Of wa.move_to_survivor: of two silences the longer holds for the survivor.';
