create table wa.queue_state (
  only_row boolean not null default true,
  paused_until timestamptz,
  paused_reason text,
  notifier_waits boolean not null default true,
  constraint queue_state_pkey primary key (only_row),
  constraint queue_state_is_one_row check (only_row),
  constraint queue_state_pause_has_a_reason check ((paused_until is null) = (paused_reason is null))
) with (fillfactor = 20);

comment on table wa.queue_state is 'Whether the outbox is paused, and whether a notifier has to be woken: one row.';
comment on column wa.queue_state.paused_until is 'Nothing is claimed before this moment. Infinity: until wa_queue_resume(). Null: not paused.';
comment on column wa.queue_state.notifier_waits is
'The last claim did not fill its batch, so that its worker may be asleep. While false, producers spare the NOTIFY, which would make their commits wait for each other.';

insert into wa.queue_state (only_row) values (true);

create table wa.number_pace (
  phone_number_id text not null,
  paid_until timestamptz not null default '-infinity',
  held_until timestamptz not null default '-infinity',
  constraint number_pace_pkey primary key (phone_number_id)
) with (fillfactor = 20);

comment on table wa.number_pace is 'The business numbers, and how far ahead of its rate each has sent: a token bucket in one timestamp, shared by all workers.';
comment on column wa.number_pace.phone_number_id is 'Empty for notifications that leave the number to the notifier.';
comment on column wa.number_pace.paid_until is
'Every message moves it on by 1 / number_rate_per_second; it may run ahead of the clock by number_burst_seconds.';
comment on column wa.number_pace.held_until is 'Nothing is claimed for the number before this moment: Meta asked for a break.';

insert into wa.number_pace (phone_number_id) values ('');

create table wa.pair_pace (
  user_id uuid not null,
  phone_number_id text not null,
  paid_until timestamptz not null,
  constraint pair_pace_pkey primary key (user_id, phone_number_id)
) with (fillfactor = 50);

comment on table wa.pair_pace is 'The same for one business number and one user (Meta''s pair limit).';
comment on column wa.pair_pace.paid_until is
'Every message moves it on by pair_interval_seconds; it may run ahead of the clock by pair_burst intervals.';

create table wa.recipient_blocks (
  user_id uuid not null,
  template_name text not null default '',
  error_code text not null,
  ends_at timestamptz not null default 'infinity',
  ends_when_user_writes boolean not null default true,
  created_at timestamptz not null default now(),
  constraint recipient_blocks_pkey primary key (user_id, template_name)
);

comment on table wa.recipient_blocks is
'Users to whom Meta does not deliver: messages to them fail at once, without a call. Deleting a row ends the block; so does draining one of the user''s failed rows.';
comment on column wa.recipient_blocks.user_id is
'Of public.profiles. No foreign key: its check would lock the profile after the notification, against the lock order.';
comment on column wa.recipient_blocks.template_name is 'Only this template is blocked. Empty: everything.';

create table wa.phone_only_templates (
  name text not null,
  constraint phone_only_templates_pkey primary key (name)
);

comment on table wa.phone_only_templates is
'Templates that Meta does not deliver to a BSUID (one-tap, zero-tap and copy-code authentication): refused here when the user''s phone number is unknown.';

create table wa.media_cache (
  cache_key text not null,
  media_id text not null,
  expires_at timestamptz not null,
  constraint media_cache_pkey primary key (cache_key)
);

comment on table wa.media_cache is 'Media that was uploaded to Meta and can be sent again by its id.';
comment on column wa.media_cache.cache_key is 'Business number, kind, and the QR content''s hash or the file''s path: a changed file needs a new path.';
comment on column wa.media_cache.expires_at is 'media_ttl_days after the upload; Meta keeps it for 30 days.';

insert into wa.settings (key, value, description) values
('number_rate_per_second', '80', 'Messages a second and business number. 0: unlimited.'),
('number_burst_seconds', '1', 'How many seconds'' worth of messages a number may send at once.'),
('pair_interval_seconds', '6', 'Between two messages to the same user in the long run. 0: unlimited.'),
('pair_burst', '45', 'Messages that one user may be sent at once.'),
('service_window_margin_seconds', '300', 'How long before its end the 24-hour window counts as closed.'),
('in_doubt_seconds', '180', 'How long a message in doubt waits for a status before it is tried again.'),
('blocked_recheck_seconds', '300', 'When a message behind another one of its user is looked at unasked.'),
('media_ttl_days', '29', 'How long an uploaded media id is used again. Meta keeps media for 30.'),
('read_receipts', '"none"', 'For inbound messages: none, read, or typing (when no reply is queued).');

alter table wa.queue_state enable row level security;
alter table wa.number_pace enable row level security;
alter table wa.pair_pace enable row level security;
alter table wa.recipient_blocks enable row level security;
alter table wa.phone_only_templates enable row level security;
alter table wa.media_cache enable row level security;

create policy queue_state_runtime on wa.queue_state to wa_runtime using (true) with check (true);
create policy number_pace_runtime on wa.number_pace to wa_runtime using (true) with check (true);
create policy pair_pace_runtime on wa.pair_pace to wa_runtime using (true) with check (true);
create policy recipient_blocks_runtime on wa.recipient_blocks to wa_runtime using (true) with check (true);
create policy phone_only_templates_read on wa.phone_only_templates for select to wa_runtime using (true);
create policy media_cache_runtime on wa.media_cache to wa_runtime using (true) with check (true);
create policy queue_state_watch on wa.queue_state for select to wa_operator_role using (true);
create policy number_pace_watch on wa.number_pace for select to wa_operator_role using (true);
create policy recipient_blocks_operate on wa.recipient_blocks
to wa_operator_role using (true) with check (true);
create policy phone_only_templates_operate on wa.phone_only_templates
to wa_operator_role using (true) with check (true);

grant select, update on wa.queue_state to wa_runtime;
grant select, insert, update on wa.number_pace, wa.pair_pace to wa_runtime;
grant select, insert, update, delete on wa.recipient_blocks, wa.media_cache to wa_runtime;
grant select on wa.phone_only_templates to wa_runtime;
grant select on wa.queue_state, wa.number_pace to wa_operator_role;
grant select, delete on wa.recipient_blocks to wa_operator_role;
grant select, insert, delete on wa.phone_only_templates to wa_operator_role;
