-- Apart from the file that adds it, so that the scan blocks no reader.
alter table public.profiles validate constraint profiles_wa_user_id_is_bsuid;
