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
  constraint wa_events_status_is_known check (status in ('processed', 'failed', 'invalid_sender', 'ignored')),
  constraint wa_events_processed_has_a_user check (status not in ('processed', 'failed') or user_id is not null),
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
'The message with its envelope, as wa_dispatch takes it. Kept only where a replay may need it.';

create index wa_events_received_at_idx on public.wa_events (received_at);
create index wa_events_failed_idx on public.wa_events (received_at) where status = 'failed';

comment on index public.wa_events_received_at_idx is 'What retention purges, oldest first.';
comment on index public.wa_events_failed_idx is 'What an operator replays.';

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

create table wa.webhook_logs_default partition of public.webhook_logs default;

comment on table wa.webhook_logs_default is
'Catches rows of a day that has no partition yet, so that logging never fails.';

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
    reason in ('not_json', 'not_envelope', 'dispatch_error', 'text_replaced')
  ),
  constraint kept_payloads_seen_count_is_positive check (seen_count > 0)
);

comment on table wa.kept_payloads is
'Signed payloads that could not be processed as they were, byte for byte, until an operator replays them.';
comment on column wa.kept_payloads.reason is
'not_json, not_envelope: unreadable. dispatch_error: processing raised. text_replaced: processed, but with characters that Postgres cannot store replaced.';
comment on column wa.kept_payloads.seen_count is 'How often Meta has delivered the same bytes.';

create table wa.retention_state (
  only_row boolean not null default true,
  last_started_at timestamptz,
  last_finished_at timestamptz,
  constraint retention_state_pkey primary key (only_row),
  constraint retention_state_is_one_row check (only_row)
);

comment on table wa.retention_state is 'When retention last ran: one row, which tells handlers whether it is due again.';

insert into wa.retention_state (only_row) values (true);

alter table public.wa_events enable row level security;
alter table public.webhook_logs enable row level security;
alter table wa.webhook_logs_default enable row level security;
alter table wa.kept_payloads enable row level security;
alter table wa.retention_state enable row level security;

create policy wa_events_runtime on public.wa_events to wa_runtime using (true) with check (true);
create policy webhook_logs_runtime on public.webhook_logs to wa_runtime using (true) with check (true);
create policy kept_payloads_runtime on wa.kept_payloads to wa_runtime using (true) with check (true);
create policy retention_state_runtime on wa.retention_state for select to wa_runtime using (true);

grant select, insert, delete on public.wa_events, public.webhook_logs to wa_runtime;
grant select, insert, update, delete on wa.kept_payloads to wa_runtime;
grant select on wa.retention_state to wa_runtime;

create policy wa_events_maintenance on public.wa_events to wa_maintenance using (true);
create policy kept_payloads_maintenance on wa.kept_payloads to wa_maintenance using (true);
create policy retention_state_maintenance on wa.retention_state to wa_maintenance using (true) with check (true);

grant select, delete on public.wa_events, wa.kept_payloads to wa_maintenance;
grant select, update on wa.retention_state to wa_maintenance;

create policy wa_events_operate on public.wa_events to wa_operator_role using (true);
create policy webhook_logs_read on public.webhook_logs for select to wa_operator_role using (true);
create policy kept_payloads_operate on wa.kept_payloads to wa_operator_role using (true);
create policy retention_state_read on wa.retention_state for select to wa_operator_role using (true);

grant select, delete on public.wa_events to wa_operator_role;
grant select on public.webhook_logs, wa.kept_payloads, wa.retention_state to wa_operator_role;

-- Adding and dropping partitions takes the owner of the table.
grant create on schema public, wa to wa_maintenance;
alter table public.webhook_logs owner to wa_maintenance;
alter table wa.webhook_logs_default owner to wa_maintenance;
revoke create on schema public from wa_maintenance;

do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'anon') then
    revoke all on table public.wa_events, public.webhook_logs from anon;
  end if;
  if exists (select from pg_catalog.pg_roles where rolname = 'authenticated') then
    revoke all on table public.wa_events, public.webhook_logs from authenticated;
  end if;
end
$$;

create type wa.received_message as (
  wa_message_id text,
  waba_id text,
  phone_number_id text,
  message_type text,
  disposition text,
  opens_window boolean,
  sent_at timestamptz,
  sequence bigint,
  phone text,
  bsuid text,
  parent_bsuid text,
  display_name text,
  body text,
  reply_id text,
  content jsonb,
  contact jsonb,
  user_id uuid
);

comment on type wa.received_message is
'One message out of a webhook: Meta''s ids, type and time, what becomes of it (disposition: a status of wa_events), whether it opens the 24-hour window, its place in the payload, the sender''s number (with a plus sign), BSUID, parent BSUID and name, the text typed or tapped, the id tapped, Meta''s message and contact objects, and the sender''s profile once it is resolved.';
