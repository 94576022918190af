create or replace function wa.merge_marketing_preferences(p_merged uuid, p_survivor uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  with merged as (
    delete from wa.marketing_preferences as preference
    where preference.user_id = p_merged
    returning preference.is_stopped, preference.changed_at
  )

  insert into wa.marketing_preferences as preference (user_id, is_stopped, changed_at)
  select p_survivor, merged.is_stopped, merged.changed_at
  from merged
  on conflict (user_id) do update
  set is_stopped = excluded.is_stopped, changed_at = excluded.changed_at
  where excluded.changed_at > preference.changed_at;
end
$$;

comment on function wa.merge_marketing_preferences is
'Of wa.move_to_survivor: the later preference of the two holds for the survivor.';
