create or replace function wa.note_fetched(p_task_ids bigint[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz;
  -- Not only joined: a plan made while there are hardly any media would compare each with each when there are many.
  v_media_ids constant bigint[] := array(
    select (task.input ->> 'media')::bigint
    from wa.tasks as task
    where task.id = any(p_task_ids) and task.kind = 'media.fetch'
  );
  v_object_ids uuid[];
begin
  if cardinality(v_media_ids) = 0 then
    return;
  end if;

  v_object_ids := array(select media.object_id from wa.media as media where media.id = any(v_media_ids));

  -- In the order of dispatch.
  perform from wa.media_objects as object
  where object.id = any(v_object_ids)
  order by object.sha256
  for no key update;

  v_now := clock_timestamp();
  with fetched as materialized (
    select distinct on (media.id)
      media.id,
      media.object_id,
      task.status,
      task.result,
      task.error_message
    from wa.tasks as task
    inner join wa.media as media on media.id = (task.input ->> 'media')::bigint
    where task.id = any(p_task_ids)
      and task.kind = 'media.fetch'
      and task.finished_at is not null
      and media.id = any(v_media_ids)
    order by media.id, task.status = 'done' desc, task.id
  ),

  stored as (
    update wa.media_objects as object
    set
      size_bytes = (fetched.result ->> 'size_bytes')::bigint,
      mime_type = fetched.result ->> 'mime_type',
      stored_at = v_now
    from fetched
    where object.id = fetched.object_id
      and object.id = any(v_object_ids)
      and object.stored_at is null
      and fetched.result ? 'size_bytes'
  )

  update wa.media as media
  set
    status = case
      when fetched.status <> 'done' then 'failed' when fetched.result ? 'refused' then 'refused' else 'stored'
    end,
    problem = case
      when fetched.status <> 'done' then coalesce(fetched.error_message, 'unknown') else fetched.result ->> 'refused'
    end
  from fetched
  where media.id = fetched.id
    and media.id = any(v_media_ids)
    and media.status <> 'stored';
end
$$;

comment on function wa.note_fetched is
'Notes in wa.media what came of fetching it, for those of the finished tasks that did.';
