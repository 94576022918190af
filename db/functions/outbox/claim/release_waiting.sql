create or replace function wa.release_waiting(p_user_ids uuid[], p_phone_number_ids text[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  -- Not yet in the order of ids: for that a plan that was made for few would read all.
  v_waiting constant bigint[] := array(
    select waiting.id
    from public.notifications as waiting
    where waiting.user_id = any(p_user_ids)
      and waiting.waiting_for is not null
      and (
        waiting.phone_number_id is null
        or exists (
          select from unnest(p_user_ids, p_phone_number_ids) as writer (user_id, phone_number_id)
          where writer.user_id = waiting.user_id and writer.phone_number_id = waiting.phone_number_id
        )
      )
  );
begin
  update public.notifications
  set waiting_for = null, next_attempt_at = v_now
  where notifications.id = any(
    array(
      select waiting.id
      from public.notifications as waiting
      where waiting.id = any(v_waiting) and waiting.waiting_for is not null
      order by waiting.id
      for update
    )
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
'These users have just written, each to the business number at the same place (empty: it was not named): what waited for that becomes due, and blocks that end when the user writes end.';
