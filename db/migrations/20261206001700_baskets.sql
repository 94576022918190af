create table public.baskets (
  id uuid not null default gen_random_uuid(),
  name text not null,
  description text,
  is_public boolean not null default false,
  status text not null default 'open',
  currency text not null,
  goal_minor bigint,
  latitude double precision,
  longitude double precision,
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
  ),
  constraint baskets_latitude_is_on_earth check (latitude between -90 and 90),
  constraint baskets_longitude_is_on_earth check (longitude between -180 and 180),
  constraint baskets_place_is_whole check ((latitude is null) = (longitude is null))
) with (fillfactor = 80);

comment on table public.baskets is
'A savings basket: people who save together. Reached only through the basket RPCs; never deleted, only closed.';
comment on column public.baskets.name is 'At most 60 characters, without space at its ends, and with something to see in it.';
comment on column public.baskets.description is 'What the owner says about it, for people who find it nearby; at most 300 characters.';
comment on column public.baskets.is_public is 'Anybody may find, see and join it. Otherwise the code is the invitation, and only members see it.';
comment on column public.baskets.status is 'open or closed. A closed basket takes no members and no contributions, and is never opened again.';
comment on column public.baskets.currency is 'ISO 4217, of the goal and of every contribution.';
comment on column public.baskets.goal_minor is 'What the members want to reach, in minor units of the currency. Null: no goal.';
comment on column public.baskets.latitude is 'Degrees north (WGS 84). Null: the basket has no place.';
comment on column public.baskets.longitude is 'Degrees east (WGS 84).';
comment on column public.baskets.share_token is
'The code that lets people in: ten symbols of Crockford''s base 32, 50 random bits.';
comment on column public.baskets.member_count is 'Rows in basket_members, kept by a trigger there.';
comment on column public.baskets.owner_count is 'Members with the role owner, kept by a trigger on basket_members.';
comment on column public.baskets.last_activity_at is 'When somebody last joined, left, contributed, or changed the basket.';
comment on constraint baskets_id_currency_key on public.baskets is 'What a contribution refers to, so that its currency is the basket''s.';
comment on constraint baskets_name_is_trimmed on public.baskets is
'The only white space is single spaces inside; nothing in it moves or reorders the text around it.';
comment on constraint baskets_name_is_visible on public.baskets is
'At least one character is not blank, such as a zero-width space or a Hangul filler.';
comment on constraint baskets_open_with_members_has_an_owner on public.baskets is
'The last owner cannot leave an open basket that still has members, whoever tries and however.';
comment on constraint baskets_latitude_is_on_earth on public.baskets is
'Also refuses NaN, which Postgres sorts above every number.';

-- The point on the sphere is computed here and not by earthdistance's ll_to_earth: on Postgres 15 that finds
-- cube through the caller's search_path, which our routines empty. A generated column resolves cube once,
-- wherever it is installed: in extensions as on Supabase, or where it was before.
do $$
declare
  v_cube_schema text;
  v_search_path text := current_setting('search_path');
begin
  if not exists (select from pg_catalog.pg_extension where extname = 'cube') then
    if to_regnamespace('extensions') is null then
      create schema extensions;
      comment on schema extensions is 'Extensions, as on Supabase.';
    end if;
    create extension cube schema extensions;
  end if;

  select n.nspname into v_cube_schema
  from pg_catalog.pg_extension as e
  inner join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
  where e.extname = 'cube';

  if not has_schema_privilege('wa_basket_owner', v_cube_schema, 'usage') then
    execute format('grant usage on schema %I to wa_basket_owner', v_cube_schema);
  end if;

  perform set_config('search_path', quote_ident(v_cube_schema), true);

  alter table public.baskets
  add column place cube generated always as (
    case
      when latitude is not null and longitude is not null then cube(
        array[cosd(latitude) * cosd(longitude), cosd(latitude) * sind(longitude), sind(latitude)]
      )
    end
  ) stored;

  perform set_config('search_path', v_search_path, true);
end
$$;

comment on column public.baskets.place is
'The same place as a point on the unit sphere: straight-line distance between such points grows with the distance over ground, across the date line and at the poles too.';

create index baskets_discover_idx on public.baskets using gist (place)
where is_public and status = 'open' and place is not null;

comment on index public.baskets_discover_idx is 'Answers nearest first which baskets can be discovered.';

alter table public.baskets enable row level security;
create policy baskets_owner on public.baskets to wa_basket_owner using (true) with check (true);
grant select, insert, update on public.baskets to wa_basket_owner;

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

alter table public.basket_members enable row level security;
create policy basket_members_owner on public.basket_members to wa_basket_owner using (true) with check (true);
grant select, insert, delete, update (user_id, role, joined_at) on public.basket_members to wa_basket_owner;

create table public.basket_contributions (
  basket_id uuid not null,
  entry_number integer not null,
  user_id uuid not null,
  amount_minor bigint not null,
  currency text not null,
  reference text not null,
  reverses_entry_number integer,
  balance_before_minor bigint not null,
  balance_after_minor bigint not null,
  previous_entry_number integer generated always as (nullif(entry_number - 1, 0)) stored,
  created_at timestamptz not null default now(),
  constraint basket_contributions_pkey primary key (basket_id, entry_number),
  constraint basket_contributions_reference_key unique (reference),
  constraint basket_contributions_reverses_once_key unique (basket_id, reverses_entry_number),
  constraint basket_contributions_balance_key unique (basket_id, entry_number, balance_after_minor),
  constraint basket_contributions_user_id_fkey foreign key (user_id) references public.profiles (user_id),
  constraint basket_contributions_currency_fkey foreign key (basket_id, currency)
  references public.baskets (id, currency),
  constraint basket_contributions_follows_previous_fkey
  foreign key (basket_id, previous_entry_number, balance_before_minor)
  references public.basket_contributions (basket_id, entry_number, balance_after_minor),
  constraint basket_contributions_reverses_fkey foreign key (basket_id, reverses_entry_number)
  references public.basket_contributions (basket_id, entry_number),
  constraint basket_contributions_entry_number_is_positive check (entry_number > 0),
  constraint basket_contributions_first_starts_at_zero check (entry_number > 1 or balance_before_minor = 0),
  constraint basket_contributions_adds_up check (balance_after_minor = balance_before_minor + amount_minor),
  constraint basket_contributions_balance_is_not_negative check (balance_after_minor >= 0),
  constraint basket_contributions_amount_is_bounded check (
    amount_minor between -1000000000000000 and 1000000000000000
  ),
  constraint basket_contributions_only_a_reversal_takes check (
    case when reverses_entry_number is null then amount_minor > 0 else amount_minor < 0 end
  ),
  constraint basket_contributions_reverses_an_earlier_one check (reverses_entry_number < entry_number),
  constraint basket_contributions_reference_is_short check (char_length(reference) between 1 and 128),
  constraint basket_contributions_reference_is_trimmed check (reference !~ '^\s|\s$')
);

comment on table public.basket_contributions is
'The ledger: what was put into each basket, in order. Rows are added and never changed; a mistake is answered by a reversal. Each row continues the balance of the one before, so that a basket''s balance is its last row''s.';
comment on column public.basket_contributions.entry_number is '1, 2, 3, ... within the basket, without gaps.';
comment on column public.basket_contributions.user_id is
'Who contributed, as known at that time: after a merge of profiles, profiles.merged_into leads to the survivor.';
comment on column public.basket_contributions.amount_minor is
'Minor units of the currency: positive, or negative in a reversal.';
comment on column public.basket_contributions.reference is
'The payment''s own name, given by the caller: the same payment counts once, in one basket.';
comment on column public.basket_contributions.reverses_entry_number is 'Set in a reversal: the entry whose amount it takes back.';
comment on column public.basket_contributions.balance_before_minor is 'The basket''s balance that this row found, in minor units.';
comment on column public.basket_contributions.balance_after_minor is 'The basket''s balance that this row left, in minor units.';
comment on column public.basket_contributions.previous_entry_number is 'The row before in the same basket. Null in the first.';
comment on constraint basket_contributions_balance_key on public.basket_contributions is 'What the next row refers to.';
comment on constraint basket_contributions_follows_previous_fkey on public.basket_contributions is
'A row starts from the balance that the one before it left: the ledger is one chain without gap or fork.';

create index basket_contributions_user_id_idx on public.basket_contributions (user_id);
create index basket_contributions_currency_idx on public.basket_contributions (basket_id, currency);
create unique index basket_contributions_previous_key
on public.basket_contributions (basket_id, previous_entry_number, balance_before_minor);

comment on index public.basket_contributions_user_id_idx is 'What one person contributed.';
comment on index public.basket_contributions_currency_idx is 'Whether a basket''s currency may still change.';
comment on index public.basket_contributions_previous_key is 'The ledger does not fork: one entry continues another.';

alter table public.basket_contributions enable row level security;
create policy basket_contributions_owner on public.basket_contributions to wa_basket_owner
using (true) with check (true);
grant select, insert on public.basket_contributions to wa_basket_owner;

create table wa.basket_join_attempts (
  user_id uuid not null,
  wrong_tries integer not null default 0,
  window_started_at timestamptz not null default now(),
  constraint basket_join_attempts_pkey primary key (user_id),
  constraint basket_join_attempts_user_id_fkey foreign key (user_id) references public.profiles (user_id),
  constraint basket_join_attempts_wrong_tries_is_not_negative check (wrong_tries >= 0)
);

comment on table wa.basket_join_attempts is
'How many wrong basket codes a profile has tried: codes cannot be found by trying. One row a profile that ever used a code.';
comment on column wa.basket_join_attempts.wrong_tries is 'Since window_started_at. A right code does not reset it.';
comment on column wa.basket_join_attempts.window_started_at is 'When the first of these tries was made.';

alter table wa.basket_join_attempts enable row level security;
create policy basket_join_attempts_owner on wa.basket_join_attempts to wa_basket_owner
using (true) with check (true);
grant select, insert, update, delete on wa.basket_join_attempts to wa_basket_owner;
