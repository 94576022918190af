-- A table of a few rows: checking them takes no time.
-- squawk-ignore constraint-missing-not-valid
alter table wa.settings add constraint settings_bot_number_is_e164 check (
  key <> 'bot_number_e164' or value #>> '{}' ~ '^(\+[1-9][0-9]{6,14})?$'
);
-- squawk-ignore constraint-missing-not-valid
alter table wa.settings add constraint settings_default_currency_is_iso_4217 check (
  key <> 'default_currency' or value #>> '{}' ~ '^[A-Z]{3}$'
);

insert into wa.settings (key, value, description) values
('bot_number_e164', '""', 'The bot''s own number, plus sign first: where wa.me links lead. Empty: not set.'),
('default_currency', '"USD"', 'ISO 4217 code for new baskets. A basket keeps the one it began with.');

create table public.baskets (
  id uuid not null default gen_random_uuid(),
  name text not null,
  description text,
  is_public boolean not null default false,
  status text not null default 'open',
  currency text not null,
  goal_minor bigint,
  share_token text not null,
  member_count integer not null default 0,
  owner_count integer not null default 0,
  last_activity_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  closed_at timestamptz,
  constraint baskets_pkey primary key (id),
  constraint baskets_share_token_key unique (share_token),
  constraint baskets_id_currency_key unique (id, currency),
  constraint baskets_name_is_short check (char_length(name) between 1 and 60),
  constraint baskets_name_is_trimmed check (
    name
    !~ '^ | $|  |[\u0001-\u001f\u007f-\u00a0\u1680\u2000-\u200a\u2028-\u202f\u205f\u2066-\u2069\u3000\ufeff]'
  ),
  constraint baskets_name_is_visible check (
    name ~ '[^ \u00ad\u034f\u061c\u115f\u1160\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\uffa0]'
  ),
  constraint baskets_description_is_short check (char_length(description) between 1 and 300),
  constraint baskets_description_is_trimmed check (description !~ '^\s|\s$'),
  constraint baskets_status_is_known check (status in ('open', 'closed')),
  constraint baskets_closed_has_a_time check ((status = 'closed') = (closed_at is not null)),
  constraint baskets_currency_is_iso_4217 check (currency ~ '^[A-Z]{3}$'),
  constraint baskets_goal_is_positive check (goal_minor between 1 and 1000000000000000),
  constraint baskets_share_token_is_a_code check (share_token ~ '^[0-9A-HJKMNP-TV-Z]{10}$'),
  constraint baskets_owners_are_members check (owner_count between 0 and member_count),
  constraint baskets_open_with_members_has_an_owner check (
    status = 'closed' or member_count = 0 or owner_count > 0
  )
) with (fillfactor = 80);

comment on table public.baskets is
'A savings basket: people who save together. Reached only through the basket RPCs; never deleted, only closed.';
comment on column public.baskets.name is 'At most 60 characters, without space at its ends, and with something to see in it.';
comment on column public.baskets.description is 'What the owner says about it, for people who find it nearby; at most 300 characters.';
comment on column public.baskets.is_public is 'Anybody may find, see and join it. Otherwise the code is the invitation, and only members see it.';
comment on column public.baskets.status is 'open or closed. A closed basket takes no members and no contributions, and is never opened again.';
comment on column public.baskets.currency is 'ISO 4217, of the goal and of every contribution.';
comment on column public.baskets.goal_minor is 'What the members want to reach, in minor units of the currency. Null: no goal.';
comment on column public.baskets.share_token is
'The code that lets people in: ten symbols of Crockford''s base 32, 50 random bits.';
comment on column public.baskets.member_count is 'Rows in basket_members, kept by a trigger there.';
comment on column public.baskets.owner_count is 'Members with the role owner, kept by a trigger on basket_members.';
comment on column public.baskets.last_activity_at is 'When somebody last joined, left, contributed, or changed the basket.';
comment on constraint baskets_name_is_trimmed on public.baskets is
'The only white space is single spaces inside; nothing in it moves or reorders the text around it.';
comment on constraint baskets_name_is_visible on public.baskets is
'At least one character is not blank, such as a zero-width space or a Hangul filler.';
comment on constraint baskets_id_currency_key on public.baskets is 'What a contribution refers to, so that its currency is the basket''s.';
comment on constraint baskets_open_with_members_has_an_owner on public.baskets is
'The last owner cannot leave an open basket that still has members, whoever tries and however.';

create table public.basket_members (
  basket_id uuid not null,
  user_id uuid not null,
  role text not null default 'member',
  joined_at timestamptz not null default now(),
  constraint basket_members_pkey primary key (basket_id, user_id),
  constraint basket_members_basket_id_fkey foreign key (basket_id) references public.baskets (id),
  constraint basket_members_user_id_fkey foreign key (user_id) references public.profiles (user_id),
  constraint basket_members_role_is_known check (role in ('owner', 'member'))
);

comment on table public.basket_members is
'Who is in which basket: at most one row a person and basket. Never names a profile that was merged into another.';
comment on column public.basket_members.role is 'owner: may close the basket and change it. member: everybody else.';

create index basket_members_user_id_idx on public.basket_members (user_id);

comment on index public.basket_members_user_id_idx is 'The baskets of one person.';

alter table public.baskets enable row level security;
alter table public.basket_members enable row level security;

create policy baskets_owner on public.baskets to wa_basket_owner using (true) with check (true);
create policy basket_members_owner on public.basket_members to wa_basket_owner using (true) with check (true);
create policy profiles_basket_owner on public.profiles for select to wa_basket_owner using (true);

grant select, insert, update on public.baskets to wa_basket_owner;
grant select, insert, delete, update (user_id, role, joined_at) on public.basket_members to wa_basket_owner;
grant select (user_id, display_name, whatsapp_e164, merged_into) on public.profiles to wa_basket_owner;

do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'anon') then
    revoke all on table public.baskets, public.basket_members from anon;
  end if;
  if exists (select from pg_catalog.pg_roles where rolname = 'authenticated') then
    revoke all on table public.baskets, public.basket_members from authenticated;
  end if;
end
$$;
