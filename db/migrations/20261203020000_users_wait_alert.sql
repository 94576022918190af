insert into wa.settings (key, value, description, value_type, minimum, maximum) values
(
  'waiting_alert_seconds', '3600',
  'How often an alert tells of users or cases that wait too long for a person; 0: never.',
  'number', 0, 31536000
);

insert into wa.alert_kinds (kind, level, meaning, next_step) values
(
  'users_wait', 'warning', 'Somebody waits too long for a person''s answer or decision.',
  'Answer, or hand the conversation back: docs/handover.md.'
);
