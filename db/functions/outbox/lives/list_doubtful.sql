create or replace function wa.list_doubtful()
returns bigint[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_left_at timestamptz;
begin
  select max(life.left_at) into v_left_at
  from wa.lives as life
  having bool_and(life.left_at is not null);

  if v_left_at is null then
    return null;
  end if;

  -- The open ones by the two indexes that have nothing else.
  return array(
    select notification.id
    from public.notifications as notification
    where notification.turn_at is not null
      and notification.created_at < v_left_at
    union
    select notification.id
    from public.notifications as notification
    where notification.waiting_for is not null
      and notification.status in ('queued', 'sending')
      and notification.created_at < v_left_at
  );
end
$$;

comment on function wa.list_doubtful is
'The open messages of a database that was restored or copied, as far as they were queued before that was noticed: the original may have sent them. Null in any other database.';
