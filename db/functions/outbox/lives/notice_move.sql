create or replace function wa.notice_move()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_because text;
begin
  if wa.may_have_moved() is not true then
    return;
  end if;

  select wa.explain_move(row(life.*)::wa.lives, place.system_identifier, place.timeline_id, place.database_oid) into v_because
  from wa.lives as life
  cross join wa.get_place() as place
  where life.left_at is null;

  if v_because is not null then
    perform wa.leave_life(v_because);
  end if;
end
$$;

comment on function wa.notice_move is
'Comes before something is queued: notices that this database was restored or copied, where no claim has yet, so that what is queued from then on is not taken for what the original may have sent.';
