create or replace function wa.recognize_life()
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_life wa.lives;
  v_place record;
  v_because text;
begin
  select life.* into v_life
  from wa.lives as life
  where life.left_at is null
  for update;

  if not found then
    -- A database that has never sent has nothing to send twice: a template, a new branch, a schema without data.
    return case when not exists (select from wa.lives) then wa.begin_life() end;
  end if;

  v_place := wa.get_place();
  v_because := wa.explain_move(v_life, v_place.system_identifier, v_place.timeline_id, v_place.database_oid);

  if v_because is not null then
    perform wa.leave_life(v_because);
    return null;
  end if;

  update wa.lives as life
  set timeline_id = v_place.timeline_id
  where life.token = v_life.token
    and life.timeline_id <> v_place.timeline_id;
  return v_life.token;
end
$$;

comment on function wa.recognize_life is
'The token of the life of this database, begun now if it has never had one; null when it was restored or copied, which pauses its queue. A standby that is promoted while the queue is alive lives on.';
