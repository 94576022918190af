-- What is no id of a business number would lead the notifier, and its token, to another place.
update public.notifications
set
  phone_number_id = null,
  status = case when notifications.status in ('queued', 'sending') then 'cancelled' else notifications.status end,
  blocked_by = null,
  waiting_for = null,
  in_doubt_since = null,
  error_message = 'not sent: its sender was no id of a business number'
where notifications.phone_number_id !~ '^[0-9]{1,32}$';

delete from wa.number_pace
where number_pace.phone_number_id !~ '^[0-9]{0,32}$';

delete from wa.pair_pace
where pair_pace.phone_number_id !~ '^[0-9]{0,32}$';

alter table public.notifications
add constraint notifications_sender_is_digits check (phone_number_id ~ '^[0-9]{1,32}$') not valid;

alter table wa.number_pace
add constraint number_pace_number_is_digits check (phone_number_id ~ '^[0-9]{0,32}$') not valid;

alter table wa.pair_pace
add constraint pair_pace_number_is_digits check (phone_number_id ~ '^[0-9]{0,32}$') not valid;

comment on constraint notifications_sender_is_digits on public.notifications is
'The sender becomes a part of the URL that the notifier posts to, with its token.';
comment on constraint number_pace_number_is_digits on wa.number_pace is
'As in public.notifications; empty for the notifier''s own number.';
comment on constraint pair_pace_number_is_digits on wa.pair_pace is
'As in public.notifications; empty for the notifier''s own number.';
