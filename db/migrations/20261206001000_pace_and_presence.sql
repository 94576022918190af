create table wa.queue_state (
  only_row boolean not null default true,
  paused_until timestamptz,
  paused_reason text,
  account_event_at timestamptz not null default '-infinity',
  notifier_waits boolean not null default true,
  alerts_are_posted boolean,
  clock_was_at timestamptz not null default '-infinity',
  constraint queue_state_pkey primary key (only_row),
  constraint queue_state_is_one_row check (only_row),
  constraint queue_state_pause_has_a_reason check ((paused_until is null) = (paused_reason is null))
) with (fillfactor = 20);

comment on table wa.queue_state is 'Whether the outbox is paused, and whether a notifier has to be woken: one row.';
comment on column wa.queue_state.paused_until is 'Nothing is claimed before this moment. Infinity: until wa_queue_resume(). Null: not paused.';
comment on column wa.queue_state.account_event_at is
'When the account event happened, by Meta''s clock, that last paused the queue: Meta may deliver it again after an operator has resumed.';
comment on column wa.queue_state.notifier_waits is
'The last claim did not fill its batch, so that its worker may be asleep. While false, producers spare the NOTIFY, which would make their commits wait for each other.';
comment on column wa.queue_state.alerts_are_posted is
'Whether the notifier that last looked has an ALERT_WEBHOOK_URL. Null: none has looked.';
comment on column wa.queue_state.clock_was_at is
'Where the clock was when it was last found to be set back. What was queued until then has been dealt with.';

alter table wa.queue_state enable row level security;
create policy queue_state_runtime on wa.queue_state to wa_runtime using (true) with check (true);
create policy queue_state_watch on wa.queue_state for select to wa_operator_role using (true);
grant select, update on wa.queue_state to wa_runtime;
grant select on wa.queue_state to wa_operator_role;

create table wa.number_pace (
  phone_number_id text not null,
  rate_per_second integer,
  paid_until timestamptz not null default '-infinity',
  held_until timestamptz not null default '-infinity',
  constraint number_pace_pkey primary key (phone_number_id),
  constraint number_pace_rate_is_positive check (rate_per_second > 0),
  constraint number_pace_number_is_digits check (phone_number_id ~ '^[0-9]{0,32}$')
) with (fillfactor = 20);

comment on table wa.number_pace is 'The business numbers, and how far ahead of its rate each has sent: a token bucket in one timestamp, shared by all workers.';
comment on column wa.number_pace.phone_number_id is 'Empty for notifications that leave the number to the notifier.';
comment on column wa.number_pace.rate_per_second is
'What this business number may send. Null: the setting number_rate_per_second.';
comment on column wa.number_pace.paid_until is
'Every message moves it on by 1 / number_rate_per_second; it may run ahead of the clock by number_burst_seconds.';
comment on column wa.number_pace.held_until is 'Nothing is claimed for the number before this moment: Meta asked for a break.';
comment on constraint number_pace_number_is_digits on wa.number_pace is
'As in public.notifications; empty for the notifier''s own number.';

alter table wa.number_pace enable row level security;
create policy number_pace_runtime on wa.number_pace to wa_runtime using (true) with check (true);
create policy number_pace_watch on wa.number_pace for select to wa_operator_role using (true);
create policy number_pace_operate on wa.number_pace for update to wa_operator_role using (true) with check (true);
grant select, insert, update on wa.number_pace to wa_runtime;
grant select, update (rate_per_second) on wa.number_pace to wa_operator_role;

create table wa.pair_pace (
  user_id uuid not null,
  phone_number_id text not null,
  paid_until timestamptz not null,
  constraint pair_pace_pkey primary key (user_id, phone_number_id),
  constraint pair_pace_number_is_digits check (phone_number_id ~ '^[0-9]{0,32}$')
) with (fillfactor = 50);

comment on table wa.pair_pace is 'The same for one business number and one user (Meta''s pair limit).';
comment on column wa.pair_pace.paid_until is
'Every message moves it on by pair_interval_seconds; it may run ahead of the clock by pair_burst intervals.';
comment on constraint pair_pace_number_is_digits on wa.pair_pace is
'As in public.notifications; empty for the notifier''s own number.';

alter table wa.pair_pace enable row level security;
create policy pair_pace_runtime on wa.pair_pace to wa_runtime using (true) with check (true);
create policy pair_pace_privacy on wa.pair_pace to wa_privacy using (true);
grant select, insert, update on wa.pair_pace to wa_runtime;
grant select, delete on wa.pair_pace to wa_privacy;

create table wa.server_presence (
  only_row boolean not null default true,
  server_started_at timestamptz not null,
  seen_at timestamptz not null,
  present_since timestamptz not null,
  constraint server_presence_pkey primary key (only_row),
  constraint server_presence_is_one_row check (only_row)
) with (fillfactor = 20);

comment on table wa.server_presence is
'Since when the database takes writes without a break, as its claims see it: one row. Statuses of messages in doubt could come in only since then.';
comment on column wa.server_presence.server_started_at is
'Which server it was at seen_at: another one, or the same after a restart, has another start.';
comment on column wa.server_presence.seen_at is 'When a claim last noted that it could be committed, at most every ten seconds.';
comment on column wa.server_presence.present_since is
'The first claim after a restart, a failover, a restore, or 90 seconds without one.';

alter table wa.server_presence enable row level security;
create policy server_presence_runtime on wa.server_presence to wa_runtime using (true) with check (true);
grant select, insert, update on wa.server_presence to wa_runtime;

create table wa.lives (
  token text not null,
  began_at timestamptz not null default clock_timestamp(),
  system_identifier bigint not null,
  timeline_id bigint not null,
  database_oid bigint not null,
  left_at timestamptz,
  left_because text,
  constraint lives_pkey primary key (token),
  constraint lives_token_is_hexadecimal check (token ~ '^[0-9a-f]{16}$'),
  constraint lives_end_for_a_reason check ((left_at is null) = (left_because is null))
);

comment on table wa.lives is
'The lives of this database: one from its first claim on, and a further one each time it was restored or copied and an operator let its queue go on. A dump and a base backup carry the rows, but not where they were written: by that a copy knows itself for one.';
comment on column wa.lives.token is
'Part of the callback data of whatever is sent in this life, 16 hexadecimal digits: another database that sends from the same account has none like it.';
comment on column wa.lives.system_identifier is 'Of the cluster; initdb makes it, a base backup keeps it, a dump and pg_upgrade do not.';
comment on column wa.lives.timeline_id is 'Of the write-ahead log; it grows when a server ends its recovery: a restore, or a standby that was promoted.';
comment on column wa.lives.database_oid is 'Of the database in its cluster; a copy made with create database has another one.';
comment on column wa.lives.left_at is 'When the database was found to be restored or copied. Null: this is its life.';
comment on column wa.lives.left_because is 'How that showed.';

create unique index lives_one_is_lived_idx on wa.lives ((left_at is null)) where left_at is null;

comment on index wa.lives_one_is_lived_idx is 'At most one life is not over.';

alter table wa.lives enable row level security;
create policy lives_runtime on wa.lives to wa_runtime using (true) with check (true);
create policy lives_read on wa.lives for select to wa_operator_role using (true);
grant select, insert, update on wa.lives to wa_runtime;
grant select on wa.lives to wa_operator_role;
