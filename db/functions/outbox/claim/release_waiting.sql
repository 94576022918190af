create or replace function wa.release_waiting(p_user_ids uuid[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.notifications
  set waiting_for = null, next_attempt_at = clock_timestamp()
  where notifications.id in (
    select waiting.id
    from public.notifications as waiting
    where waiting.user_id = any(p_user_ids)
      and waiting.waiting_for is not null
    order by waiting.id
    for update
  );

  if found then
    perform wa.wake_notifier();
  end if;

  delete from wa.recipient_blocks
  where recipient_blocks.ctid = any(
    array(
      select block.ctid
      from wa.recipient_blocks as block
      where block.user_id = any(p_user_ids)
        and block.ends_when_user_writes
      order by block.user_id, block.template_name
      for update
    )
  );
end
$$;

comment on function wa.release_waiting is
'These users have just written: what waited for their next message becomes due, and blocks that end with it end.';
