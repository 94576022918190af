-- PostgreSQL reads the text of every check anew in each statement that writes to a table, and counting to 32 in a
-- pattern takes several times as long as counting the characters. What is allowed stays what it was.
alter table public.notifications
-- squawk-ignore ban-drop-constraint
drop constraint notifications_sender_is_digits,
-- squawk-ignore ban-drop-constraint
drop constraint notifications_kind_is_known,
-- squawk-ignore ban-drop-constraint
drop constraint notifications_status_is_known,
-- squawk-ignore ban-drop-constraint
drop constraint notifications_outside_window_is_known,
-- squawk-ignore ban-drop-constraint
drop constraint notifications_waiting_for_is_known,
-- squawk-ignore ban-drop-constraint
drop constraint notifications_priority_is_known,
-- squawk-ignore ban-drop-constraint
drop constraint notifications_counts_are_not_negative,
-- squawk-ignore ban-drop-constraint
drop constraint notifications_only_waiting_has_no_next_attempt,
add constraint notifications_sender_is_digits check (
  phone_number_id ~ '^[0-9]+$' and char_length(phone_number_id) <= 32
) not valid,
add constraint notifications_kind_is_known check (kind = any('{message,read_receipt,echo}')) not valid,
add constraint notifications_status_is_known check (
  status = any('{queued,sending,sent,delivered,read,failed,cancelled}')
) not valid,
add constraint notifications_outside_window_is_known check (outside_window = any('{wait,template,cancel}')) not valid,
add constraint notifications_waiting_for_is_known check (waiting_for = any('{user,template}')) not valid,
add constraint notifications_priority_is_known check (priority = any('{0,1,2}')) not valid,
add constraint notifications_counts_are_not_negative check (
  least(retry_count, wait_count, retries_forgiven) >= 0
) not valid,
add constraint notifications_only_waiting_has_no_next_attempt check (
  next_attempt_at is not null or waiting_for is not null or status <> all('{queued,sending}')
) not valid;

alter table public.wa_events
-- squawk-ignore ban-drop-constraint
drop constraint wa_events_status_is_known,
-- squawk-ignore ban-drop-constraint
drop constraint wa_events_processed_has_a_user,
add constraint wa_events_status_is_known check (status = any('{processed,failed,invalid_sender,ignored}')) not valid,
add constraint wa_events_processed_has_a_user check (
  user_id is not null or status <> all('{processed,failed}')
) not valid;

comment on constraint notifications_sender_is_digits on public.notifications is
'The sender becomes a part of the URL that the notifier posts to, with its token.';
