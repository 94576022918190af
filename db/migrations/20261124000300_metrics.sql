alter table wa.retention_state
add column purged_events bigint not null default 0,
add column purged_logs bigint not null default 0,
add column purged_notifications bigint not null default 0,
add column purged_payloads bigint not null default 0;

comment on column wa.retention_state.purged_events is 'Rows of wa_events purged since the beginning: a counter for metrics.';
comment on column wa.retention_state.purged_logs is 'The same for webhook_logs.';
comment on column wa.retention_state.purged_notifications is 'The same for notifications.';
comment on column wa.retention_state.purged_payloads is 'The same for wa.kept_payloads.';

-- On failed_at, not on status: an index that names status would cost every status its heap-only update.
-- A migration is one transaction, so not concurrently; the index is small and reads the table once.
-- squawk-ignore require-concurrent-index-creation
create index notifications_failed_idx on public.notifications (failed_at) where failed_at is not null;
-- squawk-ignore require-concurrent-index-creation
create index kept_payloads_waiting_idx on wa.kept_payloads (received_at)
where replayed_at is null and reason <> 'text_replaced';

comment on index public.notifications_failed_idx is 'How many failed, and what a person looks at first: the latest.';
comment on index wa.kept_payloads_waiting_idx is 'What waits for a person.';
