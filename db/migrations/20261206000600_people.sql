-- What was sent earlier undoes nothing that was sent later: each fact about a person has the time of the message that
-- said it.
create table public.profiles (
  user_id uuid not null default gen_random_uuid(),
  whatsapp_e164 text,
  phone_at timestamptz,
  wa_user_id text,
  display_name text,
  display_name_at timestamptz,
  locale text not null default 'en',
  locale_at timestamptz,
  opted_out_at timestamptz,
  consent_at timestamptz,
  merged_into uuid,
  erased_at timestamptz,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  phone_lookup_key text generated always as (
    regexp_replace(
      regexp_replace(
        regexp_replace(whatsapp_e164, '^\+55([1-9][0-9])([6-9][0-9]{7})$', '+55\19\2'),
        '^\+521([0-9]{10})$', '+52\1'
      ),
      '^\+549([0-9]{10})$', '+54\1'
    )
  ) stored,
  constraint profiles_pkey primary key (user_id),
  constraint profiles_whatsapp_e164_key unique (whatsapp_e164),
  constraint profiles_wa_user_id_key unique (wa_user_id),
  constraint profiles_phone_lookup_key_key unique (phone_lookup_key),
  constraint profiles_locale_fkey foreign key (locale) references wa.locales (locale),
  constraint profiles_merged_into_fkey foreign key (merged_into) references public.profiles (user_id),
  constraint profiles_whatsapp_e164_is_e164 check (whatsapp_e164 ~ '^\+[1-9][0-9]{6,14}$'),
  -- A pattern that counts up to 128 takes twenty times as long, and every message updates its sender's profile.
  constraint profiles_wa_user_id_is_bsuid check (
    wa_user_id ~ '^[A-Z]{2}\.[A-Za-z0-9]+$' and char_length(wa_user_id) <= 131
  ),
  constraint profiles_reachable_or_merged check (
    erased_at is not null
    or (merged_into is null and (whatsapp_e164 is not null or wa_user_id is not null))
    or (merged_into is not null and whatsapp_e164 is null and wa_user_id is null)
  ),
  constraint profiles_not_merged_into_itself check (merged_into <> user_id),
  constraint profiles_display_name_is_short check (char_length(display_name) between 1 and 256),
  constraint profiles_metadata_is_an_object check (jsonb_typeof(metadata) = 'object'),
  constraint profiles_erased_holds_nothing_personal check (
    erased_at is null
    or (
      whatsapp_e164 is null and wa_user_id is null and display_name is null and metadata = '{}'
      and opted_out_at is null
      and display_name_at is null and locale_at is null and consent_at is null and phone_at is null
    )
  )
) with (fillfactor = 80);

comment on table public.profiles is
'Who writes to us: one row a person, known by phone number, by business-scoped user id (BSUID), or both. Never deleted; a merged profile points to its survivor.';
comment on column public.profiles.whatsapp_e164 is 'Meta''s wa_id with a plus sign, otherwise exactly as Meta gives it. Null when the user hides the number.';
comment on column public.profiles.phone_at is
'When whatsapp_e164 was said or taken, by Meta''s clock. Null: nobody but us has named the number.';
comment on column public.profiles.wa_user_id is 'The BSUID, prefix and dot included. Changes when the user changes phone number.';
comment on column public.profiles.display_name_at is 'When the user took display_name, by Meta''s clock; wa.named_until says how long it held.';
comment on column public.profiles.locale_at is 'When the user chose locale, by Meta''s clock. Null: it is the default.';
comment on column public.profiles.opted_out_at is 'Set while the user wants no messages.';
comment on column public.profiles.consent_at is
'When the user last said whether to receive messages, either way, by Meta''s clock.';
comment on column public.profiles.merged_into is 'The profile that took over everything of this one.';
comment on column public.profiles.erased_at is
'When everything about the person was erased. The row is left for what refers to it, such as a ledger.';
comment on column public.profiles.phone_lookup_key is
'One form for the variants of a Brazilian, Mexican or Argentinian number; used to find a profile, never to send.';

create index profiles_merged_into_idx on public.profiles (merged_into) where merged_into is not null;
create index profiles_locale_idx on public.profiles (locale);
create index profiles_folded_name_idx on public.profiles
using gin (
  to_tsvector(
    'pg_catalog.simple',
    lower(normalize(regexp_replace(normalize(display_name, nfkd), e'[\u0300-\u036f]+', '', 'g'), nfc))
  )
);

comment on index public.profiles_merged_into_idx is 'What was merged into a profile, when that profile is itself merged.';
comment on index public.profiles_locale_idx is 'Who reads a language, before it is removed.';
comment on index public.profiles_folded_name_idx is
'Looking people up by the beginning of any word of their name, whatever its case and accents.';

alter table public.profiles enable row level security;
create policy profiles_runtime on public.profiles to wa_runtime using (true) with check (true);
create policy profiles_read on public.profiles for select to wa_operator_role using (true);
create policy profiles_basket_owner on public.profiles for select to wa_basket_owner using (true);
create policy profiles_privacy on public.profiles to wa_privacy using (true) with check (true);
grant select, insert, update on public.profiles to wa_runtime;
grant select (user_id, whatsapp_e164, display_name, merged_into, erased_at) on public.profiles to wa_basket_owner;
grant select, update on public.profiles to wa_privacy;
grant select on public.profiles to wa_operator_role;

create table wa.profile_aliases (
  kind text not null,
  value text not null,
  user_id uuid not null,
  left_at timestamptz,
  created_at timestamptz not null default now(),
  constraint profile_aliases_pkey primary key (kind, value),
  constraint profile_aliases_user_id_fkey foreign key (user_id) references public.profiles (user_id),
  constraint profile_aliases_kind_is_known check (kind in ('bsuid', 'parent_bsuid', 'phone')),
  constraint profile_aliases_only_numbers_are_left check (kind = 'phone' or left_at is null)
);

comment on table wa.profile_aliases is
'Other names of a profile: BSUIDs it had before, its parent BSUID, numbers that Meta knows by another one, and numbers it had before. Consulted when the profile''s own columns do not know a sender.';
comment on column wa.profile_aliases.value is
'A BSUID, a parent BSUID, or a number in the form that wa.phone_lookup_key gives.';
comment on column wa.profile_aliases.left_at is
'When the profile ceased to have this number, which may be somebody else''s by now: only what was sent before then is of this profile.';

create index profile_aliases_user_id_idx on wa.profile_aliases (user_id);

comment on index wa.profile_aliases_user_id_idx is 'All names of one profile, to move them in a merge.';

alter table wa.profile_aliases enable row level security;
create policy profile_aliases_runtime on wa.profile_aliases to wa_runtime using (true) with check (true);
create policy profile_aliases_privacy on wa.profile_aliases to wa_privacy using (true);
grant select, insert, update on wa.profile_aliases to wa_runtime;
grant select, delete on wa.profile_aliases to wa_privacy;

create table wa.service_windows (
  user_id uuid not null,
  phone_number_id text not null,
  last_inbound_at timestamptz not null,
  named_at timestamptz,
  constraint service_windows_pkey primary key (user_id, phone_number_id),
  constraint service_windows_user_id_fkey foreign key (user_id) references public.profiles (user_id)
) with (fillfactor = 50);

comment on table wa.service_windows is
'The 24-hour windows: when each user last wrote to each of our business numbers. Deleting a chat leaves it open.';
comment on column wa.service_windows.phone_number_id is 'Empty for what named no number.';
comment on column wa.service_windows.last_inbound_at is 'By Meta''s clock.';
comment on column wa.service_windows.named_at is
'When a message that said the user''s name was last sent to this number, by Meta''s clock. It stands here, since this row is written for every message, and the profile need not be.';

alter table wa.service_windows enable row level security;
create policy service_windows_runtime on wa.service_windows to wa_runtime using (true) with check (true);
create policy service_windows_privacy on wa.service_windows to wa_privacy using (true);
grant select, insert, update, delete on wa.service_windows to wa_runtime;
grant select, delete on wa.service_windows to wa_privacy;

create table wa.erased_digests (
  digest bytea not null,
  erased_at timestamptz not null default now(),
  constraint erased_digests_pkey primary key (digest),
  constraint erased_digests_digest_is_sha256 check (octet_length(digest) = 32)
);

comment on table wa.erased_digests is
'What Meta may still deliver again of people who were erased: it counts as a duplicate, and brings nothing back.';
comment on column wa.erased_digests.digest is 'SHA-256 of the message id, or of a whole payload that was kept.';

alter table wa.erased_digests enable row level security;
create policy erased_digests_read on wa.erased_digests for select to wa_runtime using (true);
create policy erased_digests_maintenance on wa.erased_digests to wa_maintenance using (true);
create policy erased_digests_privacy on wa.erased_digests to wa_privacy using (true) with check (true);
grant select on wa.erased_digests to wa_runtime;
grant select, delete on wa.erased_digests to wa_maintenance;
grant select, insert, update on wa.erased_digests to wa_privacy;
