create table wa.alerts (
  id bigint generated always as identity,
  kind text not null,
  group_key text not null,
  detail jsonb not null default '{}',
  seen_count integer not null default 1,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  delivered_count integer not null default 0,
  delivered_at timestamptz,
  next_attempt_at timestamptz not null default now(),
  attempt_count integer not null default 0,
  lock_token uuid,
  constraint alerts_pkey primary key (id),
  constraint alerts_kind_and_group_key_key unique (kind, group_key),
  constraint alerts_kind_is_snake_case check (kind ~ '^[a-z][a-z0-9_]*$'),
  constraint alerts_detail_is_an_object check (jsonb_typeof(detail) = 'object'),
  constraint alerts_counts_are_in_order check (seen_count >= delivered_count and delivered_count >= 0)
) with (fillfactor = 50);

comment on table wa.alerts is
'What a person has to know, one row for each kind and group, with a count. The notifier posts what is new to ALERT_WEBHOOK_URL.';
comment on column wa.alerts.group_key is 'What makes two occurrences the same alert, such as an error code.';
comment on column wa.alerts.detail is 'Of the latest occurrence, with everything personal masked.';
comment on column wa.alerts.delivered_count is 'seen_count when the alert was last delivered; less than seen_count: there is news.';
comment on column wa.alerts.next_attempt_at is 'When news may be posted; also the end of the lease of a worker that is posting it.';
comment on column wa.alerts.attempt_count is 'Failed deliveries in a row.';
comment on column wa.alerts.lock_token is 'What settling must show; new with every claim.';

create index alerts_undelivered_idx on wa.alerts (next_attempt_at) where delivered_count < seen_count;

comment on index wa.alerts_undelivered_idx is 'What wa_alerts_claim reads.';

insert into wa.settings (key, value, description) values
('alert_repeat_seconds', '900', 'The same alert is delivered at most once in this time, with a count.');

alter table wa.alerts enable row level security;
create policy alerts_runtime on wa.alerts to wa_runtime using (true) with check (true);
create policy alerts_operate on wa.alerts to wa_operator_role using (true);

grant select, insert, update on wa.alerts to wa_runtime;
grant select, delete on wa.alerts to wa_operator_role;
