create or replace function wa.list_sending_numbers()
returns setof text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- New numbers are looked for behind each known one: one index probe each, whatever the backlog.
  return query
  select listed.phone_number_id
  from (
    select pace.phone_number_id, pace.paid_until
    from wa.number_pace as pace
    -- To find nothing there costs a claim more than this.
    where (
      select notification.id
      from public.notifications as notification
      where notification.turn_at is not null
        and coalesce(notification.phone_number_id, '') = pace.phone_number_id
      order by
        coalesce(notification.phone_number_id, ''), notification.priority, notification.turn_at, notification.id
      limit 1
    ) is not null
    union all
    select following.phone_number_id, timestamptz '-infinity'
    from wa.number_pace as pace
    cross join lateral (
      select min(coalesce(notification.phone_number_id, '')) as phone_number_id
      from public.notifications as notification
      where notification.turn_at is not null
        and coalesce(notification.phone_number_id, '') > pace.phone_number_id
    ) as following
    where following.phone_number_id is not null
      and not exists (select from wa.number_pace as known where known.phone_number_id = following.phone_number_id)
  ) as listed (phone_number_id, paid_until)
  order by listed.paid_until, listed.phone_number_id;
end
$$;

comment on function wa.list_sending_numbers is
'The business numbers that have something to send, be it later, the one that has sent least lately first. Empty text stands for the notifier''s own.';
