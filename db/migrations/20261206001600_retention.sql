create table wa.retention_state (
  only_row boolean not null default true,
  last_started_at timestamptz,
  last_finished_at timestamptz,
  purged_events bigint not null default 0,
  purged_logs bigint not null default 0,
  purged_notifications bigint not null default 0,
  purged_payloads bigint not null default 0,
  purged_tasks bigint not null default 0,
  purged_media bigint not null default 0,
  constraint retention_state_pkey primary key (only_row),
  constraint retention_state_is_one_row check (only_row)
);

comment on table wa.retention_state is 'When retention last ran: one row, which tells handlers whether it is due again.';
comment on column wa.retention_state.purged_events is 'Rows of wa_events purged since the beginning: a counter for metrics.';
comment on column wa.retention_state.purged_logs is 'The same for webhook_logs.';
comment on column wa.retention_state.purged_notifications is 'The same for notifications.';
comment on column wa.retention_state.purged_payloads is 'The same for wa.kept_payloads.';
comment on column wa.retention_state.purged_tasks is 'The same for wa.tasks.';
comment on column wa.retention_state.purged_media is 'The same for wa.media.';

alter table wa.retention_state enable row level security;
create policy retention_state_runtime on wa.retention_state for select to wa_runtime using (true);
create policy retention_state_maintenance on wa.retention_state to wa_maintenance using (true) with check (true);
create policy retention_state_read on wa.retention_state for select to wa_operator_role using (true);
grant select on wa.retention_state to wa_runtime, wa_operator_role;
grant select, update on wa.retention_state to wa_maintenance;
