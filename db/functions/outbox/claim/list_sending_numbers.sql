create or replace function wa.list_sending_numbers()
returns setof text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- New numbers are looked for between the known ones: one index probe each, whatever the backlog.
  return query
  with known as (
    select
      pace.phone_number_id,
      pace.paid_until,
      lead(pace.phone_number_id) over (order by pace.phone_number_id) as following
    from wa.number_pace as pace
  ),

  listed as (
    select known.phone_number_id, known.paid_until
    from known
    union all
    select
      (
        select min(coalesce(notification.phone_number_id, ''))
        from public.notifications as notification
        where notification.turn_at is not null
          and coalesce(notification.phone_number_id, '') > known.phone_number_id
          and coalesce(notification.phone_number_id, '') < known.following
      ),
      '-infinity'
    from known
    where known.following is not null
    union all
    select
      (
        select min(coalesce(notification.phone_number_id, ''))
        from public.notifications as notification
        where notification.turn_at is not null
          and coalesce(notification.phone_number_id, '') > known.phone_number_id
      ),
      '-infinity'
    from known
    where known.following is null
  )

  select listed.phone_number_id
  from listed
  where listed.phone_number_id is not null
  order by listed.paid_until, listed.phone_number_id;
end
$$;

comment on function wa.list_sending_numbers is
'The business numbers that may have something to send, the one that has sent least lately first. Empty text stands for the notifier''s own.';
