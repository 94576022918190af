-- PostgreSQL reads the text of every check and of every trigger's condition anew in each statement that updates a
-- table. What a claim and a result never change is checked by a trigger where it is written: wa.check_notification.
-- squawk-ignore ban-drop-constraint
alter table public.notifications drop constraint notifications_dedupe_key_is_not_empty;
-- squawk-ignore ban-drop-constraint
alter table public.notifications drop constraint notifications_kind_is_known;
-- squawk-ignore ban-drop-constraint
alter table public.notifications drop constraint notifications_only_groups_have_no_user;
-- squawk-ignore ban-drop-constraint
alter table public.notifications drop constraint notifications_outside_window_is_known;
-- squawk-ignore ban-drop-constraint
alter table public.notifications drop constraint notifications_payload_is_an_object;
-- squawk-ignore ban-drop-constraint
alter table public.notifications drop constraint notifications_priority_is_known;
-- squawk-ignore ban-drop-constraint
alter table public.notifications drop constraint notifications_recipient_is_not_empty;
-- squawk-ignore ban-drop-constraint
alter table public.notifications drop constraint notifications_sender_is_digits;
-- squawk-ignore ban-drop-constraint
alter table public.notifications drop constraint notifications_template_is_given;
-- squawk-ignore ban-drop-constraint
alter table public.notifications drop constraint notifications_waiting_for_is_known;
