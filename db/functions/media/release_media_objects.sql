create or replace function wa.release_media_objects()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_now timestamptz;
  -- Not joined: rows of a statement are here, and tables may be kept on another server.
  v_object_ids constant uuid[] := array(select distinct deleted.object_id from deleted);
begin
  -- Two who delete the last two that refer to one content each see the other's, unless one waits for the other here.
  perform from wa.media_objects as object
  where object.id = any(v_object_ids)
  order by object.sha256
  for update;

  v_now := clock_timestamp();
  update wa.media_objects as object
  set unwanted_at = v_now, delete_at = v_now
  where object.id = any(v_object_ids)
    and object.unwanted_at is null
    and not exists (select from wa.media as media where media.object_id = object.id);
  return null;
end
$$;

alter function wa.release_media_objects owner to wa_runtime;

comment on function wa.release_media_objects is
'Gives up the bytes of deleted media that nothing else refers to: a worker deletes them.';

create or replace trigger media_release_objects
after delete on wa.media
referencing old table as deleted
for each statement execute function wa.release_media_objects();

comment on trigger media_release_objects on wa.media is
'Whoever deletes rows, retention, an erasure or an operator, bytes go with the last of them.';
