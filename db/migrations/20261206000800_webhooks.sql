create table public.wa_events (
  wa_message_id text not null,
  user_id uuid,
  phone_number_id text,
  message_type text not null,
  status text not null,
  received_at timestamptz not null default now(),
  sent_at timestamptz,
  error text,
  payload jsonb,
  constraint wa_events_pkey primary key (wa_message_id),
  constraint wa_events_user_id_fkey foreign key (user_id) references public.profiles (user_id),
  constraint wa_events_wa_message_id_is_not_empty check (wa_message_id <> ''),
  constraint wa_events_status_is_known check (status = any('{processed,failed,invalid_sender,ignored}')),
  constraint wa_events_processed_has_a_user check (
    user_id is not null or status <> all('{processed,failed}')
  ),
  constraint wa_events_failed_can_be_replayed check (
    status <> 'failed' or (error is not null and payload is not null)
  )
) with (autovacuum_vacuum_insert_scale_factor = 0.05);

comment on table public.wa_events is
'Every inbound message once, by Meta''s message id: what makes processing happen exactly once. Never updated; deleting a row lets that message be processed again.';
comment on column public.wa_events.received_at is 'When it was committed here.';
comment on column public.wa_events.sent_at is 'When the user sent it, by Meta''s clock (whole seconds).';
comment on column public.wa_events.error is 'SQLSTATE and message of the failure.';
comment on column public.wa_events.payload is
'Of what was processed the message as Meta sent it, where the setting message_history says so; of what failed, or came for numbers of others, the message in its envelope, as wa_dispatch takes it.';

create index wa_events_received_at_idx on public.wa_events (received_at);
create index wa_events_failed_idx on public.wa_events (received_at) where status = 'failed';
create index wa_events_user_id_idx on public.wa_events (user_id, received_at);
create index wa_events_foreign_idx on public.wa_events (received_at)
where status = 'ignored' and payload is not null;

comment on index public.wa_events_received_at_idx is 'What retention purges, oldest first.';
comment on index public.wa_events_failed_idx is 'What an operator replays.';
comment on index public.wa_events_user_id_idx is 'What one person sent, in order.';
comment on index public.wa_events_foreign_idx is 'What came for numbers that are not ours, kept for the day when one of them is.';

alter table public.wa_events enable row level security;
create policy wa_events_runtime on public.wa_events to wa_runtime using (true) with check (true);
create policy wa_events_maintenance on public.wa_events to wa_maintenance using (true);
create policy wa_events_operate on public.wa_events to wa_operator_role using (true);
create policy wa_events_privacy on public.wa_events to wa_privacy using (true);
grant select, insert, delete on public.wa_events to wa_runtime;
grant select, delete on public.wa_events to wa_maintenance, wa_privacy, wa_operator_role;

create table wa.kept_payloads (
  id bigint generated always as identity,
  received_at timestamptz not null default now(),
  reason text not null,
  error text,
  body bytea not null,
  sha256 bytea generated always as (sha256(body)) stored,
  seen_count integer not null default 1,
  replayed_at timestamptz,
  constraint kept_payloads_pkey primary key (id),
  constraint kept_payloads_sha256_key unique (sha256),
  constraint kept_payloads_reason_is_known check (
    reason in ('not_json', 'not_envelope', 'dispatch_error', 'text_replaced', 'unknown_sender')
  ),
  constraint kept_payloads_seen_count_is_positive check (seen_count > 0)
);

comment on table wa.kept_payloads is
'Signed payloads that could not be processed as they were, until an operator replays them: byte for byte, or of a larger payload the one message whose sender cannot be told.';
comment on column wa.kept_payloads.reason is
'not_json, not_envelope: unreadable. dispatch_error: processing raised. unknown_sender: a message of whom neither number nor BSUID is known. text_replaced: processed, but with characters that Postgres cannot store replaced.';
comment on column wa.kept_payloads.seen_count is 'How often Meta has delivered the same bytes.';

create index kept_payloads_waiting_idx on wa.kept_payloads (received_at)
where replayed_at is null and reason <> 'text_replaced';

comment on index wa.kept_payloads_waiting_idx is 'What waits for a person.';

alter table wa.kept_payloads enable row level security;
create policy kept_payloads_runtime on wa.kept_payloads to wa_runtime using (true) with check (true);
create policy kept_payloads_maintenance on wa.kept_payloads to wa_maintenance using (true);
create policy kept_payloads_operate on wa.kept_payloads to wa_operator_role using (true);
create policy kept_payloads_privacy on wa.kept_payloads to wa_privacy using (true) with check (true);
grant select, insert, update, delete on wa.kept_payloads to wa_runtime;
grant select, delete on wa.kept_payloads to wa_maintenance;
grant select, delete, update (body) on wa.kept_payloads to wa_privacy;
grant select on wa.kept_payloads to wa_operator_role;

create table public.webhook_logs (
  id uuid not null default gen_random_uuid(),
  received_at timestamptz not null default now(),
  kind text not null,
  field text,
  waba_id text,
  phone_number_id text,
  detail jsonb not null,
  constraint webhook_logs_pkey primary key (received_at, id),
  constraint webhook_logs_kind_is_known check (kind in ('field', 'unknown', 'snapshot'))
) partition by range (received_at);

comment on table public.webhook_logs is
'Masked diagnostics: webhook fields that carry no message, things Meta sent that we do not know, and snapshots while debugging. One partition a day (UTC).';
comment on column public.webhook_logs.kind is
'field: a webhook field other than messages. unknown: an object or type we do not know. snapshot: a sampled payload.';
comment on column public.webhook_logs.field is 'Meta''s name of the webhook field.';
comment on column public.webhook_logs.waba_id is 'The WhatsApp business account (entry.id).';
comment on column public.webhook_logs.detail is 'The content, with everything personal masked.';

alter table public.webhook_logs enable row level security;
create policy webhook_logs_runtime on public.webhook_logs to wa_runtime using (true) with check (true);
create policy webhook_logs_read on public.webhook_logs for select to wa_operator_role using (true);
create policy webhook_logs_privacy on public.webhook_logs to wa_privacy using (true);
grant select, insert, delete on public.webhook_logs to wa_runtime;
grant select, delete on public.webhook_logs to wa_privacy;
grant select on public.webhook_logs to wa_operator_role;

create table wa.webhook_logs_default partition of public.webhook_logs default;

comment on table wa.webhook_logs_default is
'Catches rows of a day that has no partition yet, so that logging never fails.';

alter table wa.webhook_logs_default enable row level security;
create policy webhook_logs_maintain on wa.webhook_logs_default
to wa_maintenance using (true) with check (true);

-- Adding and dropping partitions takes the owner of the table.
grant create on schema public, wa to wa_maintenance;
alter table public.webhook_logs owner to wa_maintenance;
alter table wa.webhook_logs_default owner to wa_maintenance;
revoke create on schema public from wa_maintenance;
