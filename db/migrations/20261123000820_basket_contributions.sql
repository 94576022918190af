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
comment on constraint basket_contributions_follows_previous_fkey on public.basket_contributions is
'A row starts from the balance that the one before it left: the ledger is one chain without gap or fork.';
comment on constraint basket_contributions_balance_key on public.basket_contributions is 'What the next row refers to.';

create index basket_contributions_user_id_idx on public.basket_contributions (user_id);

comment on index public.basket_contributions_user_id_idx is 'What one person contributed.';

alter table public.basket_contributions enable row level security;
create policy basket_contributions_owner on public.basket_contributions to wa_basket_owner
using (true) with check (true);
grant select, insert on public.basket_contributions to wa_basket_owner;

do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'anon') then
    revoke all on table public.basket_contributions from anon;
  end if;
  if exists (select from pg_catalog.pg_roles where rolname = 'authenticated') then
    revoke all on table public.basket_contributions from authenticated;
  end if;
end
$$;
