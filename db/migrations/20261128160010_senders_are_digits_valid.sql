alter table public.notifications validate constraint notifications_sender_is_digits;
alter table wa.number_pace validate constraint number_pace_number_is_digits;
alter table wa.pair_pace validate constraint pair_pace_number_is_digits;
