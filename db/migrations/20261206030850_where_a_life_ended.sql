alter table wa.lives add column last_notification_id bigint;

comment on column wa.lives.last_notification_id is
'The newest message when that was found: what the original may have sent as well is among those up to this one. Null: this is its life.';

update wa.lives as life
set
  last_notification_id = coalesce(
    (
      select max(notification.id)
      from public.notifications as notification
      where notification.created_at < life.left_at
    ),
    0
  )
where life.left_at is not null;

-- A database has few lives: the scan is over at once.
alter table wa.lives
-- squawk-ignore constraint-missing-not-valid
add constraint lives_end_at_a_message check ((left_at is null) = (last_notification_id is null));
