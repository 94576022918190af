insert into wa.settings (key, value, description, value_type, minimum, maximum) values
(
  'reply_ttl_seconds', '86400',
  'How long a conversation''s reply makes sense. One that could not be sent by then is cancelled.',
  'number', 60, 604800
),
(
  'requeue_within_days', '7',
  'How long after it was to be sent a failed message that names no expires_at may be queued again.',
  'number', 0, 365
);

insert into wa.alert_kinds (kind, level, meaning, next_step) values
(
  'messages_left_out', 'warning', 'Failed messages were queued again too late to make sense, and were cancelled.',
  'Nothing, or another requeue_within_days in wa.settings before the next time: runbook section 2.'
);
