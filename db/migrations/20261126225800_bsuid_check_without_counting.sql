-- A pattern that counts up to 128 takes twenty times as long, and every message updates its sender's profile.
-- squawk-ignore ban-drop-constraint
alter table public.profiles drop constraint profiles_wa_user_id_is_bsuid;

alter table public.profiles
add constraint profiles_wa_user_id_is_bsuid
check (wa_user_id ~ '^[A-Z]{2}\.[A-Za-z0-9]+$' and char_length(wa_user_id) <= 131) not valid;
