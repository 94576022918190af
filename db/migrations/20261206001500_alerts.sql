create table wa.alert_kinds (
  kind text not null,
  level text not null default 'error',
  meaning text not null,
  next_step text not null,
  constraint alert_kinds_pkey primary key (kind),
  constraint alert_kinds_kind_is_snake_case check (kind ~ '^[a-z][a-z0-9_]*$'),
  constraint alert_kinds_level_is_known check (level in ('warning', 'error'))
);

comment on table wa.alert_kinds is 'What each kind of alert means and what to do next: both are part of what is posted.';
comment on column wa.alert_kinds.level is 'error: something was lost or has stopped. warning: something may soon.';
comment on column wa.alert_kinds.next_step is 'One sentence for whoever is on call, with the section of docs/runbook.md.';

alter table wa.alert_kinds enable row level security;
create policy alert_kinds_read on wa.alert_kinds for select to wa_runtime using (true);
create policy alert_kinds_operate on wa.alert_kinds for select to wa_operator_role using (true);
grant select on wa.alert_kinds to wa_runtime, wa_operator_role;

create table wa.alert_occurrences (
  id bigint generated always as identity,
  occurred_at timestamptz not null default clock_timestamp(),
  kind text not null,
  group_key text not null,
  detail jsonb not null default '{}',
  seen_count integer not null default 1,
  constraint alert_occurrences_pkey primary key (id),
  constraint alert_occurrences_kind_is_snake_case check (kind ~ '^[a-z][a-z0-9_]*$'),
  constraint alert_occurrences_detail_is_an_object check (jsonb_typeof(detail) = 'object'),
  constraint alert_occurrences_seen_count_is_positive check (seen_count > 0)
);

comment on table wa.alert_occurrences is
'What has happened since alerts were last grouped. Only inserted into by what causes alerts, so that a thousand failures at once do not wait for one row; wa.group_alerts empties it into wa.alerts.';
comment on column wa.alert_occurrences.group_key is 'What makes two occurrences the same alert, such as an error code.';
comment on column wa.alert_occurrences.detail is 'With everything personal masked.';
comment on column wa.alert_occurrences.seen_count is 'How often it happened in the transaction that inserted the row.';

alter table wa.alert_occurrences enable row level security;
create policy alert_occurrences_runtime on wa.alert_occurrences to wa_runtime using (true) with check (true);
create policy alert_occurrences_maintain on wa.alert_occurrences
to wa_maintenance using (true) with check (true);
create policy alert_occurrences_operate on wa.alert_occurrences for select to wa_operator_role using (true);
create policy alert_occurrences_privacy on wa.alert_occurrences to wa_privacy using (true) with check (true);
grant select, insert, update, delete on wa.alert_occurrences to wa_runtime;
grant select, insert, delete on wa.alert_occurrences to wa_maintenance;
grant select, update (detail) on wa.alert_occurrences to wa_privacy;
grant select on wa.alert_occurrences to wa_operator_role;

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
  given_up_at timestamptz,
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
comment on column wa.alerts.given_up_at is
'When its delivery was given up, after alert_max_attempts. News about the alert starts anew.';

create index alerts_undelivered_idx on wa.alerts (next_attempt_at) where delivered_count < seen_count;

comment on index wa.alerts_undelivered_idx is 'What wa_alerts_claim reads.';

alter table wa.alerts enable row level security;
create policy alerts_runtime on wa.alerts to wa_runtime using (true) with check (true);
create policy alerts_operate on wa.alerts to wa_operator_role using (true);
create policy alerts_maintain on wa.alerts to wa_maintenance using (true);
create policy alerts_privacy on wa.alerts to wa_privacy using (true) with check (true);
grant select, insert, update on wa.alerts to wa_runtime;
grant select, delete on wa.alerts to wa_maintenance, wa_operator_role;
grant select, update (detail) on wa.alerts to wa_privacy;

create view wa.alert_overview
with (security_invoker = true)
as
select
  alert.kind,
  alert.group_key,
  known.level,
  known.meaning,
  known.next_step,
  alert.seen_count,
  alert.first_seen_at,
  alert.last_seen_at,
  alert.delivered_at,
  alert.is_delivered,
  alert.detail
from (
  select
    merged.kind,
    merged.group_key,
    sum(merged.seen_count)::integer as seen_count,
    min(merged.first_seen_at) as first_seen_at,
    max(merged.last_seen_at) as last_seen_at,
    max(merged.delivered_at) as delivered_at,
    bool_and(merged.is_delivered) as is_delivered,
    (array_agg(merged.detail order by merged.last_seen_at desc))[1] as detail
  from (
    select
      kind,
      group_key,
      seen_count,
      first_seen_at,
      last_seen_at,
      delivered_at,
      delivered_count = seen_count as is_delivered,
      detail
    from wa.alerts
    union all
    select
      kind,
      group_key,
      seen_count,
      occurred_at as first_seen_at,
      -- The same moment; an expression, since a column is named once.
      occurred_at + interval '0' as last_seen_at,
      null as delivered_at,
      false as is_delivered,
      detail
    from wa.alert_occurrences
    where kind <> 'invalid_sender_spike'
  ) as merged
  group by merged.kind, merged.group_key
) as alert
left join wa.alert_kinds as known on alert.kind = known.kind;

comment on view wa.alert_overview is
'Every alert with its meaning and next step, those that no notifier has grouped yet included.';
grant select on wa.alert_overview to wa_operator_role;
