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

insert into wa.alert_kinds (kind, level, meaning, next_step) values
(
  'notification_failed', 'error', 'A message could not be sent and is not tried again.',
  'Look up the code in docs/outbox.md, mend the cause, and queue the failed ones again: runbook section 2.'
),
(
  'send_error', 'warning', 'Meta refuses messages for a reason that a person has to mend. They wait.',
  'Look up the code in docs/outbox.md and mend the cause: runbook section 2.'
),
(
  'unknown_error_code', 'warning', 'Meta answered with a code that wa.send_error_classes does not have. It is retried.',
  'Insert a row for the code into wa.send_error_classes: docs/outbox.md.'
),
(
  'queue_paused', 'error', 'Nothing is sent until the queue is resumed.',
  'Mend the reason, then: select public.wa_queue_resume(); runbook section 2.'
),
(
  'event_failed', 'error', 'An inbound message could not be handled. It is kept, and its sender was told.',
  'Mend the cause, then: select public.wa_replay_event(...); runbook section 6.'
),
(
  'payload_kept', 'error', 'A signed webhook could not be read or processed. It is kept whole.',
  'Look at its error in wa.kept_payloads, mend it, then: select public.wa_replay_payload(...); runbook section 6.'
),
(
  'retention_failed', 'warning', 'A purge stopped with an error. What it had committed stays; the next one goes on.',
  'When it repeats, run it by hand and read the error: call public.wa_retention_purge(); runbook section 3.'
),
(
  'invalid_sender_spike', 'warning', 'Unusually many messages come from senders that are not allowed. Likely spam.',
  'Look at the payloads and at allowed_phone_prefixes: runbook section 4.'
);

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

alter table wa.alerts add column given_up_at timestamptz;

comment on column wa.alerts.given_up_at is
'When its delivery was given up, after alert_max_attempts. News about the alert starts anew.';

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

insert into wa.settings (key, value, description) values
('alert_max_attempts', '20', 'After this many failed deliveries in a row an alert is given up. It stays in wa.alerts.'),
('alerts_ttl_days', '30', 'How long wa.alerts keeps an alert that has not been seen again.'),
(
  'invalid_sender_spike_count', '50',
  'Messages of invalid senders within invalid_sender_spike_seconds that raise an alert.'
),
('invalid_sender_spike_seconds', '300', 'How far apart the messages of a spike may be.');

alter table wa.alert_kinds enable row level security;
alter table wa.alert_occurrences enable row level security;

create policy alert_kinds_read on wa.alert_kinds for select to wa_runtime using (true);
create policy alert_kinds_operate on wa.alert_kinds for select to wa_operator_role using (true);
create policy alert_occurrences_runtime on wa.alert_occurrences to wa_runtime using (true) with check (true);
create policy alert_occurrences_maintain on wa.alert_occurrences
to wa_maintenance using (true) with check (true);
create policy alert_occurrences_operate on wa.alert_occurrences for select to wa_operator_role using (true);
create policy alerts_maintain on wa.alerts to wa_maintenance using (true);

grant select on wa.alert_kinds to wa_runtime;
grant select on wa.alert_kinds, wa.alert_occurrences to wa_operator_role;
grant select, insert, update, delete on wa.alert_occurrences to wa_runtime;
grant select, insert, delete on wa.alert_occurrences to wa_maintenance;
grant select, delete on wa.alerts to wa_maintenance;
grant select on wa.alert_overview to wa_operator_role;
