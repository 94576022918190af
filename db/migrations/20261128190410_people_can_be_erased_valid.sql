-- Apart from the file that adds them, so that the scan blocks no reader.
alter table public.profiles validate constraint profiles_reachable_or_merged;
alter table public.profiles validate constraint profiles_erased_holds_nothing_personal;
