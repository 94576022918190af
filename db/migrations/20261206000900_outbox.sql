-- Claiming a message changes no index: its turn stays where it is until it is settled or tried again later, so that a claim
-- writes a new version of the row into the same page, where there is room for it, and nothing else. PostgreSQL reads the
-- text of every check and generated column anew in each statement that writes: lists in them are one constant, and counting
-- characters takes less than a pattern that counts.
create table public.notifications (
  id bigint generated always as identity,
  user_id uuid,
  recipient text not null,
  phone_number_id text,
  kind text not null default 'message',
  author text,
  payload jsonb not null,
  status text not null default 'queued',
  priority smallint not null default 0,
  retry_count integer not null default 0,
  wait_count integer not null default 0,
  retries_forgiven integer not null default 0,
  send_at timestamptz not null default clock_timestamp(),
  next_attempt_at timestamptz default clock_timestamp(),
  expires_at timestamptz,
  locked_by text,
  lock_token uuid,
  locked_until timestamptz,
  last_attempt_at timestamptz,
  in_doubt_since timestamptz,
  blocked_by bigint,
  waiting_for text,
  outside_window text not null default 'wait',
  fallback_template jsonb,
  to_opted_out boolean not null default false,
  wa_message_id text,
  dedupe_key text,
  error_code integer,
  error_message text,
  fbtrace_id text,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  failed_at timestamptz,
  open_user_id uuid generated always as (
    case when status in ('queued', 'sending') and kind = 'message' and waiting_for is null then user_id end
  ) stored,
  turn_at timestamptz generated always as (
    case when status in ('queued', 'sending') then next_attempt_at end
  ) stored,
  constraint notifications_pkey primary key (id),
  constraint notifications_dedupe_key_key unique (dedupe_key),
  constraint notifications_user_id_fkey foreign key (user_id) references public.profiles (user_id),
  constraint notifications_recipient_is_not_empty check (recipient <> ''),
  constraint notifications_only_groups_have_no_user check (
    user_id is not null or payload ->> 'recipient_type' = 'group'
  ),
  constraint notifications_kind_is_known check (kind = any('{message,read_receipt,echo}')),
  constraint notifications_payload_is_an_object check (jsonb_typeof(payload) = 'object'),
  constraint notifications_status_is_known check (
    status = any('{queued,sending,sent,delivered,read,failed,cancelled}')
  ),
  constraint notifications_priority_is_known check (priority = any('{0,1,2}')),
  constraint notifications_counts_are_not_negative check (
    least(retry_count, wait_count, retries_forgiven) >= 0
  ),
  constraint notifications_sending_has_a_lease check (
    status <> 'sending' or (locked_by is not null and locked_until is not null)
  ),
  constraint notifications_waiting_for_is_known check (waiting_for = any('{user,template}')),
  constraint notifications_outside_window_is_known check (outside_window = any('{wait,template,cancel}')),
  constraint notifications_template_is_given check (
    outside_window <> 'template' or fallback_template is not null
  ),
  constraint notifications_only_waiting_has_no_next_attempt check (
    next_attempt_at is not null or waiting_for is not null or status <> all('{queued,sending}')
  ),
  constraint notifications_dedupe_key_is_not_empty check (dedupe_key <> ''),
  constraint notifications_sender_is_digits check (
    phone_number_id ~ '^[0-9]+$' and char_length(phone_number_id) <= 32
  )
) with (
  fillfactor = 60,
  vacuum_index_cleanup = on,
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_vacuum_insert_scale_factor = 0.05,
  autovacuum_analyze_scale_factor = 0.02
);

comment on table public.notifications is
'The outbox: every message that leaves, once. Claimed with a lease, settled with the lease''s token, moved on by status webhooks.';
comment on column public.notifications.user_id is 'Whom it is for. Null only for groups.';
comment on column public.notifications.recipient is
'The phone number with plus sign, the BSUID, or the group id it was queued for. Sending uses the profile''s present address.';
comment on column public.notifications.phone_number_id is 'The business number that sends. Null: the notifier''s own.';
comment on column public.notifications.kind is
'message; read_receipt: a mark-as-read or typing indicator, which has no place in the user''s order; or echo: what a person of the business wrote in the WhatsApp Business app.';
comment on column public.notifications.author is
'Who wrote it: app, broadcast, or colleague/ and a name. Null: the bot, and what was queued before this was kept.';
comment on column public.notifications.payload is
'Body for the Graph API, without recipient. Media may name {"qr": "https://..."} or {"file": "..."} in place of an id.';
comment on column public.notifications.priority is '0: replies and single messages. 1: read receipts. 2: broadcasts.';
comment on column public.notifications.retry_count is 'Attempts that failed and were repeated. Waiting does not count.';
comment on column public.notifications.wait_count is 'Rate limits met in a row; lengthens the next wait.';
comment on column public.notifications.retries_forgiven is 'retry_count when an operator queued a failed row again: from there it has its full retries once more.';
comment on column public.notifications.send_at is 'Not before this moment; with id, the user''s order.';
comment on column public.notifications.next_attempt_at is 'While queued: when it may be claimed. Null while it waits for the user.';
comment on column public.notifications.expires_at is 'After this moment it is cancelled instead of sent.';
comment on column public.notifications.locked_by is 'The worker that last claimed it.';
comment on column public.notifications.lock_token is 'What the worker must show to settle; new with every claim.';
comment on column public.notifications.locked_until is 'End of the lease while sending.';
comment on column public.notifications.in_doubt_since is
'Set while nobody knows whether Meta accepted the last attempt: a status webhook may still tell.';
comment on column public.notifications.blocked_by is
'The unsettled notification of the same user that goes first. Settling it makes this one due.';
comment on column public.notifications.waiting_for is
'user: held until the user writes again, since the 24-hour window is closed. template: held while wa.message_templates says so; looked at again at next_attempt_at.';
comment on column public.notifications.outside_window is
'What becomes of it when the 24-hour window is closed: wait for the user''s next message, send fallback_template, or cancel.';
comment on column public.notifications.fallback_template is 'A template payload, sent in place of payload outside the window.';
comment on column public.notifications.to_opted_out is 'Sent even to a user who opted out: the confirmation of it, and nothing else.';
comment on column public.notifications.wa_message_id is 'Meta''s id of the accepted message.';
comment on column public.notifications.dedupe_key is 'A second notification with the same key is not queued.';
comment on column public.notifications.error_code is 'Graph API code of the last error, null when there was none. Kept when a later attempt succeeds.';
comment on column public.notifications.fbtrace_id is 'What Meta''s support asks for.';
comment on column public.notifications.open_user_id is
'user_id while it is unsettled and holds a place in the user''s order, else null.';
comment on column public.notifications.turn_at is
'Its place in the line, also while it is being sent: next_attempt_at, null when settled or waiting for the user.';
comment on constraint notifications_dedupe_key_key on public.notifications is 'Also the lookup of an already queued key.';
comment on constraint notifications_sender_is_digits on public.notifications is
'The sender becomes a part of the URL that the notifier posts to, with its token.';

create index notifications_order_idx on public.notifications (open_user_id, send_at, id)
where open_user_id is not null;
create index notifications_waiting_idx on public.notifications (user_id) where waiting_for is not null;
create index notifications_wa_message_id_idx on public.notifications (wa_message_id)
where wa_message_id is not null;
-- On failed_at, not on status: an index that names status would cost every status its heap-only update.
create index notifications_failed_idx on public.notifications (failed_at) where failed_at is not null;
create index notifications_turn_idx
on public.notifications (coalesce(phone_number_id, ''), priority, turn_at, id)
where turn_at is not null;
create index notifications_finished_idx on public.notifications (created_at) where turn_at is null;
create index notifications_user_id_idx on public.notifications (user_id, send_at);

comment on index public.notifications_order_idx is 'The unsettled messages of one user in sending order.';
comment on index public.notifications_waiting_idx is 'What a user''s next message releases.';
comment on index public.notifications_wa_message_id_idx is 'Statuses that carry no callback data.';
comment on index public.notifications_failed_idx is 'How many failed, and what a person looks at first: the latest.';
comment on index public.notifications_turn_idx is
'What claim reads: per business number and priority, whose turn it is, oldest first; those being sent are among them until they are settled. No index has a column that a claim changes, so that claims are heap-only.';
comment on index public.notifications_finished_idx is 'What retention purges, oldest first.';
comment on index public.notifications_user_id_idx is 'What one person was sent, in order.';

alter table public.notifications enable row level security;
create policy notifications_runtime on public.notifications to wa_runtime using (true) with check (true);
create policy notifications_operate on public.notifications
to wa_operator_role using (true) with check (true);
create policy notifications_maintenance on public.notifications to wa_maintenance using (true);
create policy notifications_privacy on public.notifications to wa_privacy using (true);
grant select, insert, update on public.notifications to wa_runtime;
grant select, delete on public.notifications to wa_maintenance, wa_privacy;
grant select, update (status, retry_count, next_attempt_at) on public.notifications to wa_operator_role;

create table wa.send_error_classes (
  code text not null,
  class text not null,
  scope text not null default 'message',
  first_delay_seconds integer not null default 30,
  delay_factor integer not null default 2,
  max_delay_seconds integer not null default 3600,
  max_retries integer not null default 8,
  ends_when_user_writes boolean not null default true,
  raises_alert boolean not null default false,
  description text not null,
  constraint send_error_classes_pkey primary key (code),
  constraint send_error_classes_class_is_known check (
    class in ('retry', 'wait', 'message', 'recipient', 'window', 'stop', 'in_doubt')
  ),
  constraint send_error_classes_scope_is_known check (
    scope in ('message', 'template', 'recipient', 'number', 'account')
  ),
  constraint send_error_classes_recipient_has_a_scope check (
    class <> 'recipient' or scope in ('recipient', 'template')
  ),
  constraint send_error_classes_delays_are_not_negative check (
    first_delay_seconds >= 0 and max_delay_seconds >= 0 and delay_factor >= 1
  ),
  constraint send_error_classes_max_retries_is_not_negative check (max_retries >= 0)
);

comment on table wa.send_error_classes is
'What each way of failing to send means. Changing a class is an update of a row; a code that is not here is treated as unknown_code.';
comment on column wa.send_error_classes.code is
'A Graph API error code, http_<status> for an answer without a known code, or not_sent, in_doubt, stale_media, unknown_code.';
comment on column wa.send_error_classes.class is
'retry: again with backoff. wait: again later, not counted. message: fails. recipient: fails, and so do later ones until the user writes. window: as the row''s outside_window says. stop: the queue pauses. in_doubt: wait for a status, then retry.';
comment on column wa.send_error_classes.scope is
'What the class holds back. wait: the message, its number, or the account. recipient: everything for the user, or only the same template.';
comment on column wa.send_error_classes.first_delay_seconds is
'Before the first repetition. For recipient: how long the block lasts, for stop: how long the pause lasts; 0 there means without end.';
comment on column wa.send_error_classes.delay_factor is 'Each further delay is the one before times this.';
comment on column wa.send_error_classes.max_retries is 'After this many repetitions the message fails. For retry and in_doubt.';
comment on column wa.send_error_classes.ends_when_user_writes is 'For recipient: whether the user''s next message ends the block.';
comment on column wa.send_error_classes.raises_alert is 'Alert at once. A message that fails for good always does.';

alter table wa.send_error_classes enable row level security;
create policy send_error_classes_read on wa.send_error_classes for select to wa_runtime using (true);
create policy send_error_classes_operate on wa.send_error_classes
to wa_operator_role using (true) with check (true);
grant select on wa.send_error_classes to wa_runtime;
grant select, insert, update on wa.send_error_classes to wa_operator_role;

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

alter table wa.recipient_blocks enable row level security;
create policy recipient_blocks_runtime on wa.recipient_blocks to wa_runtime using (true) with check (true);
create policy recipient_blocks_operate on wa.recipient_blocks
to wa_operator_role using (true) with check (true);
create policy recipient_blocks_privacy on wa.recipient_blocks to wa_privacy using (true);
grant select, insert, update, delete on wa.recipient_blocks to wa_runtime;
grant select, delete on wa.recipient_blocks to wa_privacy, wa_operator_role;

create table wa.phone_only_templates (
  name text not null,
  constraint phone_only_templates_pkey primary key (name)
);

comment on table wa.phone_only_templates is
'Templates that Meta does not deliver to a BSUID (one-tap, zero-tap and copy-code authentication): refused here when the user''s phone number is unknown.';

alter table wa.phone_only_templates enable row level security;
create policy phone_only_templates_read on wa.phone_only_templates for select to wa_runtime using (true);
create policy phone_only_templates_operate on wa.phone_only_templates
to wa_operator_role using (true) with check (true);
grant select on wa.phone_only_templates to wa_runtime;
grant select, insert, delete on wa.phone_only_templates to wa_operator_role;

create table wa.media_cache (
  cache_key text not null,
  media_id text not null,
  expires_at timestamptz not null,
  constraint media_cache_pkey primary key (cache_key)
);

comment on table wa.media_cache is 'Media that was uploaded to Meta and can be sent again by its id.';
comment on column wa.media_cache.cache_key is 'Business number, kind, and the QR content''s hash or the file''s path: a changed file needs a new path.';
comment on column wa.media_cache.expires_at is 'media_ttl_days after the upload; Meta keeps it for 30 days.';

alter table wa.media_cache enable row level security;
create policy media_cache_runtime on wa.media_cache to wa_runtime using (true) with check (true);
grant select, insert, update, delete on wa.media_cache to wa_runtime;
