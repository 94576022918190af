-- Apart from the file that adds them, so that the scan blocks no reader.
alter table wa.number_pace validate constraint number_pace_rate_is_positive;
alter table public.notifications validate constraint notifications_waiting_for_is_known;
