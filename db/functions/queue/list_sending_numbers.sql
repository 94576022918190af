create or replace function wa.list_sending_numbers()
returns setof text
language plpgsql
stable
set search_path = ''
as $$
begin
  -- New numbers are looked for behind each known one: one index probe each, whatever the backlog.
  return query
  select listed.phone_number_id
  from (
    select pace.phone_number_id, pace.paid_until
    from wa.number_pace as pace
    union all
    select following.phone_number_id, '-infinity'
    from wa.number_pace as pace
    cross join lateral (
      select coalesce(notification.phone_number_id, '') as phone_number_id
      from public.notifications as notification
      where notification.due_at is not null
        and coalesce(notification.phone_number_id, '') > pace.phone_number_id
      order by coalesce(notification.phone_number_id, '')
      limit 1
    ) as following
    where not exists (
      select from wa.number_pace as known where known.phone_number_id = following.phone_number_id
    )
  ) as listed
  order by listed.paid_until, listed.phone_number_id;
end
$$;

comment on function wa.list_sending_numbers() is
'The business numbers that may have something to send, the one that has sent least lately first. Empty text stands for the notifier''s own.';

revoke all on function wa.list_sending_numbers() from public;
grant execute on function wa.list_sending_numbers() to wa_runtime;
