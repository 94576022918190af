-- What was sent earlier undoes nothing that was sent later: each fact has the time of the message that said it.
alter table public.profiles
add column display_name_at timestamptz,
add column locale_at timestamptz,
add column consent_at timestamptz,
add column phone_at timestamptz,
-- squawk-ignore ban-drop-constraint
drop constraint profiles_erased_holds_nothing_personal,
add constraint profiles_erased_holds_nothing_personal check (
  erased_at is null
  or (
    whatsapp_e164 is null and wa_user_id is null and display_name is null and metadata = '{}'
    and last_inbound_at is null and opted_out_at is null
    and display_name_at is null and locale_at is null and consent_at is null and phone_at is null
  )
) not valid;

comment on column public.profiles.display_name_at is 'When the user took display_name, by Meta''s clock; wa.named_until says how long it held.';
comment on column public.profiles.locale_at is 'When the user chose locale, by Meta''s clock. Null: it is the default.';
comment on column public.profiles.consent_at is
'When the user last said whether to receive messages, either way, by Meta''s clock.';
comment on column public.profiles.phone_at is
'When whatsapp_e164 was said or taken, by Meta''s clock. Null: nobody but us has named the number.';

alter table wa.profile_aliases
add column left_at timestamptz,
-- squawk-ignore ban-drop-constraint
drop constraint profile_aliases_kind_is_known,
add constraint profile_aliases_kind_is_known check (kind in ('bsuid', 'parent_bsuid', 'phone')) not valid,
add constraint profile_aliases_only_numbers_are_left check (kind = 'phone' or left_at is null) not valid;

comment on table wa.profile_aliases is
'Other names of a profile: BSUIDs it had before, its parent BSUID, numbers that Meta knows by another one, and numbers it had before. Consulted when the profile''s own columns do not know a sender.';
comment on column wa.profile_aliases.value is
'A BSUID, a parent BSUID, or a number in the form that wa.phone_lookup_key gives.';
comment on column wa.profile_aliases.left_at is
'When the profile ceased to have this number, which may be somebody else''s by now: only what was sent before then is of this profile.';

update wa.settings
set description = 'How long after a message its reply makes sense. One that could not be sent by then is cancelled, and a message that comes later than that is recorded and not answered.' -- noqa: LT05
where key = 'reply_ttl_seconds';
