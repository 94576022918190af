create table wa.numbers (
  phone_number_id text not null,
  waba_id text,
  display_number text,
  answers boolean not null default true,
  home_state text not null default 'home',
  added_at timestamptz not null default clock_timestamp(),
  retired_at timestamptz,
  constraint numbers_pkey primary key (phone_number_id),
  constraint numbers_display_number_key unique (display_number),
  constraint numbers_home_state_fkey foreign key (home_state) references wa.flow_states (state),
  constraint numbers_phone_number_id_is_digits check (phone_number_id ~ '^[0-9]{1,32}$'),
  constraint numbers_waba_id_is_digits check (waba_id ~ '^[0-9]{1,32}$'),
  constraint numbers_display_number_is_e164 check (display_number ~ '^\+[1-9][0-9]{6,14}$')
);

comment on table wa.numbers is
'Our business numbers. What comes for another number or account is kept, counted and alerted, and causes nothing. With no row at all, every number counts as ours.';
comment on column wa.numbers.phone_number_id is 'Meta''s id of the number, in digits: not the number itself.';
comment on column wa.numbers.waba_id is
'The WhatsApp business account that it belongs to (entry.id of webhooks). While no number has one, events of every account count as ours.';
comment on column wa.numbers.display_number is 'The number as people dial it, with a plus sign. Some webhooks name a number by nothing else.';
comment on column wa.numbers.answers is 'False: what comes is recorded, its sender known and the 24-hour window open, and nothing is answered.';
comment on column wa.numbers.home_state is 'Where chats with this number begin and end.';
comment on column wa.numbers.added_at is 'The first that was added and is not retired sends what names no number.';
comment on column wa.numbers.retired_at is 'Since when it is not ours any more: nothing is sent from it, and what comes for it causes nothing.';

create index numbers_home_state_idx on wa.numbers (home_state);

comment on index wa.numbers_home_state_idx is 'For its foreign key: a state is looked for here before it is removed.';

alter table wa.numbers enable row level security;
create policy numbers_read on wa.numbers for select to wa_runtime using (true);
create policy numbers_operate on wa.numbers to wa_operator_role using (true) with check (true);
grant select on wa.numbers to wa_runtime;
grant select, insert, update on wa.numbers to wa_operator_role;
