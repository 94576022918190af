insert into wa.settings (key, value, description, value_type, minimum, maximum) values
(
  'kept_payloads_waiting_ttl_days', '90',
  'How long a payload that nobody has replayed or dismissed is kept. An alert comes two weeks before.',
  'number', 30, 3650
);

insert into wa.alert_kinds (kind, level, meaning, next_step) values
(
  'payloads_expire', 'error', 'Kept payloads that nobody has replayed or dismissed are deleted: soon, or now.',
  'Replay them or say that they can go: wa-webhook replay --payloads; runbook section 6.'
),
(
  'clock_set_back', 'error', 'The clock of the database server was set back.',
  'See that the server keeps time. What was queued before keeps its order and does not wait: runbook section 4.'
);

alter table wa.queue_state
add column clock_was_at timestamptz not null default '-infinity',
add column alerts_are_posted boolean;

comment on column wa.queue_state.clock_was_at is
'Where the clock was when it was last found to be set back. What was queued until then has been dealt with.';
comment on column wa.queue_state.alerts_are_posted is
'Whether the notifier that last looked has an ALERT_WEBHOOK_URL. Null: none has looked.';

-- Operators say what the bot says. A new text comes with the flow that uses it.
create policy texts_operate on wa.texts for update to wa_operator_role using (true) with check (true);
grant update (body) on wa.texts to wa_operator_role;
