create or replace function public.wa_media_deletions_settle(ids uuid[])
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  -- Longer than a fetch that was under way may still take.
  c_pause constant interval := interval '1 hour';
  v_gone integer;
  v_now timestamptz;
begin
  v_now := clock_timestamp();
  with held as materialized (
    select object.id, object.is_deleted
    from wa.media_objects as object
    where object.id = any(ids) and object.unwanted_at is not null
    order by object.sha256, object.id
    for update
  ),

  gone as (
    delete from wa.media_objects as object
    where object.id = any(array(select held.id from held where held.is_deleted))
    returning object.id
  ),

  deleted as (
    update wa.media_objects as object
    set is_deleted = true, delete_at = v_now + c_pause
    where object.id = any(array(select held.id from held where not held.is_deleted))
  )

  select count(*) into v_gone
  from gone;
  return v_gone;
end
$$;

alter function public.wa_media_deletions_settle owner to wa_runtime;

comment on function public.wa_media_deletions_settle is
'Takes the ids of contents whose bytes a worker has deleted. They are handed out once more after an hour, in case they were just being stored, and then forgotten. Returns how many are forgotten now.';

grant execute on function public.wa_media_deletions_settle to wa_worker_role;
