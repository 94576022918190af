create table wa.locales (
  locale text not null,
  name text not null,
  constraint locales_pkey primary key (locale),
  constraint locales_locale_is_a_language_tag check (locale ~ '^[a-z]{2}(-[A-Z]{2})?$')
);

comment on table wa.locales is 'The languages that profiles and texts can have. A new language is a row here and its rows in wa.texts.';
comment on column wa.locales.name is 'The language''s name in that language, as the user is offered it.';

insert into wa.locales (locale, name) values ('en', 'English'), ('fr', 'Français');

create table public.profiles (
  user_id uuid not null default gen_random_uuid(),
  whatsapp_e164 text,
  wa_user_id text,
  display_name text,
  locale text not null default 'en',
  last_inbound_at timestamptz,
  opted_out_at timestamptz,
  merged_into uuid,
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
  constraint profiles_wa_user_id_is_bsuid check (wa_user_id ~ '^[A-Z]{2}\.[A-Za-z0-9]{1,128}$'),
  constraint profiles_reachable_or_merged check (
    (merged_into is null and (whatsapp_e164 is not null or wa_user_id is not null))
    or (merged_into is not null and whatsapp_e164 is null and wa_user_id is null)
  ),
  constraint profiles_not_merged_into_itself check (merged_into <> user_id),
  constraint profiles_display_name_is_short check (char_length(display_name) between 1 and 256),
  constraint profiles_metadata_is_an_object check (jsonb_typeof(metadata) = 'object')
) with (fillfactor = 80);

comment on table public.profiles is
'Who writes to us: one row a person, known by phone number, by business-scoped user id (BSUID), or both. Never deleted; a merged profile points to its survivor.';
comment on column public.profiles.whatsapp_e164 is 'Meta''s wa_id with a plus sign, otherwise exactly as Meta gives it. Null when the user hides the number.';
comment on column public.profiles.wa_user_id is 'The BSUID, prefix and dot included. Changes when the user changes phone number.';
comment on column public.profiles.last_inbound_at is 'When the user last wrote, by Meta''s clock: opens the 24-hour window.';
comment on column public.profiles.opted_out_at is 'Set while the user wants no messages.';
comment on column public.profiles.merged_into is 'The profile that took over everything of this one.';
comment on column public.profiles.phone_lookup_key is
'One form for the variants of a Brazilian, Mexican or Argentinian number; used to find a profile, never to send.';

create index profiles_merged_into_idx on public.profiles (merged_into) where merged_into is not null;

comment on index public.profiles_merged_into_idx is 'What was merged into a profile, when that profile is itself merged.';

create table wa.profile_aliases (
  kind text not null,
  value text not null,
  user_id uuid not null,
  created_at timestamptz not null default now(),
  constraint profile_aliases_pkey primary key (kind, value),
  constraint profile_aliases_user_id_fkey foreign key (user_id) references public.profiles (user_id),
  constraint profile_aliases_kind_is_known check (kind in ('bsuid', 'parent_bsuid'))
);

comment on table wa.profile_aliases is
'Other names of a profile: BSUIDs it had before, and its parent BSUID. A number it had before may be somebody else''s by now. Consulted when the profile''s own columns do not know a sender.';
comment on column wa.profile_aliases.value is 'A BSUID or a parent BSUID.';

create index profile_aliases_user_id_idx on wa.profile_aliases (user_id);

comment on index wa.profile_aliases_user_id_idx is 'All names of one profile, to move them in a merge.';

alter table wa.locales enable row level security;
alter table public.profiles enable row level security;
alter table wa.profile_aliases enable row level security;

create policy locales_read on wa.locales for select to wa_runtime using (true);
create policy profiles_runtime on public.profiles to wa_runtime using (true) with check (true);
create policy profile_aliases_runtime on wa.profile_aliases to wa_runtime using (true) with check (true);

create policy profiles_read on public.profiles for select to wa_operator_role using (true);

grant select on wa.locales to wa_runtime;
grant select, insert, update on public.profiles to wa_runtime;
grant select, insert, update on wa.profile_aliases to wa_runtime;
grant select on public.profiles to wa_operator_role;

do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'anon') then
    revoke all on table public.profiles from anon;
  end if;
  if exists (select from pg_catalog.pg_roles where rolname = 'authenticated') then
    revoke all on table public.profiles from authenticated;
  end if;
end
$$;
