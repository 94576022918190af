-- PostgreSQL reads the text of a generated column anew in each statement that fills it; what is due is told as quickly by
-- turn_at, status and locked_until.
alter table public.notifications
-- squawk-ignore ban-drop-column
drop column due_at;
