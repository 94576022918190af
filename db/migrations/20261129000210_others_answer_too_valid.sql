-- Apart from the file that adds it, so that the scan blocks no reader.
alter table public.notifications validate constraint notifications_kind_is_known;
