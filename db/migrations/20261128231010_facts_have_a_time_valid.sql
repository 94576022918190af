-- Apart from the file that adds them, so that the scan blocks no reader.
alter table public.profiles validate constraint profiles_erased_holds_nothing_personal;
alter table wa.profile_aliases validate constraint profile_aliases_kind_is_known;
alter table wa.profile_aliases validate constraint profile_aliases_only_numbers_are_left;
