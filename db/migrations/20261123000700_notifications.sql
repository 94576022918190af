create table public.notifications (
  id bigint generated always as identity,
  user_id uuid,
  recipient text not null,
  phone_number_id text,
  kind text not null default 'message',
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
  due_at timestamptz generated always as (
    case status when 'queued' then next_attempt_at when 'sending' then locked_until end
  ) stored,
  open_user_id uuid generated always as (
    case when status in ('queued', 'sending') and kind = 'message' and waiting_for is null then user_id end
  ) stored,
  constraint notifications_pkey primary key (id),
  constraint notifications_dedupe_key_key unique (dedupe_key),
  constraint notifications_user_id_fkey foreign key (user_id) references public.profiles (user_id),
  constraint notifications_recipient_is_not_empty check (recipient <> ''),
  constraint notifications_only_groups_have_no_user check (
    user_id is not null or payload ->> 'recipient_type' = 'group'
  ),
  constraint notifications_kind_is_known check (kind in ('message', 'read_receipt')),
  constraint notifications_payload_is_an_object check (jsonb_typeof(payload) = 'object'),
  constraint notifications_status_is_known check (
    status in ('queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'cancelled')
  ),
  constraint notifications_priority_is_known check (priority between 0 and 2),
  constraint notifications_counts_are_not_negative check (
    retry_count >= 0 and wait_count >= 0 and retries_forgiven >= 0
  ),
  constraint notifications_sending_has_a_lease check (
    status <> 'sending' or (locked_by is not null and locked_until is not null)
  ),
  constraint notifications_waiting_for_is_known check (waiting_for = 'user'),
  constraint notifications_outside_window_is_known check (outside_window in ('wait', 'template', 'cancel')),
  constraint notifications_template_is_given check (
    outside_window <> 'template' or fallback_template is not null
  ),
  constraint notifications_only_waiting_has_no_next_attempt check (
    next_attempt_at is not null or waiting_for is not null or status not in ('queued', 'sending')
  ),
  constraint notifications_dedupe_key_is_not_empty check (dedupe_key <> '')
) with (
  fillfactor = 70,
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
comment on column public.notifications.kind is 'message, or read_receipt: a mark-as-read or typing indicator, which has no place in the user''s order.';
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
comment on column public.notifications.waiting_for is 'user: held until the user writes again, since the 24-hour window is closed.';
comment on column public.notifications.outside_window is
'What becomes of it when the 24-hour window is closed: wait for the user''s next message, send fallback_template, or cancel.';
comment on column public.notifications.fallback_template is 'A template payload, sent in place of payload outside the window.';
comment on column public.notifications.to_opted_out is 'Sent even to a user who opted out: the confirmation of it, and nothing else.';
comment on column public.notifications.wa_message_id is 'Meta''s id of the accepted message.';
comment on column public.notifications.dedupe_key is 'A second notification with the same key is not queued.';
comment on column public.notifications.error_code is 'Graph API code of the last error, null when there was none. Kept when a later attempt succeeds.';
comment on column public.notifications.fbtrace_id is 'What Meta''s support asks for.';
comment on column public.notifications.due_at is
'When a claim may take it: next_attempt_at while queued, the end of the lease while sending, null when settled or waiting for the user.';
comment on column public.notifications.open_user_id is
'user_id while it is unsettled and holds a place in the user''s order, else null.';
comment on constraint notifications_dedupe_key_key on public.notifications is 'Also the lookup of an already queued key.';

create index notifications_due_idx
on public.notifications (coalesce(phone_number_id, ''), priority, due_at, id)
where due_at is not null;
create index notifications_order_idx on public.notifications (open_user_id, send_at, id)
where open_user_id is not null;
create index notifications_waiting_idx on public.notifications (user_id) where waiting_for is not null;
create index notifications_wa_message_id_idx on public.notifications (wa_message_id)
where wa_message_id is not null;
create index notifications_finished_idx on public.notifications (created_at) where due_at is null;

comment on index public.notifications_due_idx is
'What claim reads: per business number and priority, due rows and expired leases, oldest first. Settled rows are not in it, and their status changes stay heap-only.';
comment on index public.notifications_order_idx is 'The unsettled messages of one user in sending order.';
comment on index public.notifications_waiting_idx is 'What a user''s next message releases.';
comment on index public.notifications_wa_message_id_idx is 'Statuses that carry no callback data.';
comment on index public.notifications_finished_idx is 'What retention purges, oldest first.';

alter table public.notifications enable row level security;
create policy notifications_runtime on public.notifications to wa_runtime using (true) with check (true);
create policy notifications_operate on public.notifications
to wa_operator_role using (true) with check (true);

grant select, insert, update on public.notifications to wa_runtime;
grant select, update (status, next_attempt_at, retry_count) on public.notifications to wa_operator_role;

do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'anon') then
    revoke all on table public.notifications from anon;
    revoke all on sequence public.notifications_id_seq from anon;
  end if;
  if exists (select from pg_catalog.pg_roles where rolname = 'authenticated') then
    revoke all on table public.notifications from authenticated;
    revoke all on sequence public.notifications_id_seq from authenticated;
  end if;
end
$$;
