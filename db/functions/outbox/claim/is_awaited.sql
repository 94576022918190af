create or replace function wa.is_awaited(p_user_ids uuid[])
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from public.notifications as waiting
    where waiting.user_id = any(p_user_ids) and waiting.waiting_for is not null
  )
  or exists (
    select from wa.recipient_blocks as block
    where block.user_id = any(p_user_ids) and block.ends_when_user_writes
  );
end
$$;

comment on function wa.is_awaited is
'Whether something waits for the next message of one of these users: for most nothing does, and looking costs less than updating nothing.';
