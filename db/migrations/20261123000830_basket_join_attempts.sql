-- A table of a few rows: checking them takes no time.
-- squawk-ignore constraint-missing-not-valid
alter table wa.settings add constraint settings_tries_are_whole_and_positive check (
  key not like '%\_tries' or value #>> '{}' ~ '^[1-9][0-9]{0,8}$'
);

insert into wa.settings (key, value, description) values
('basket_join_tries', '10', 'How many wrong basket codes a profile may try before it has to wait.'),
('basket_join_window_seconds', '3600', 'How long after the first wrong basket code the count starts again.');

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
