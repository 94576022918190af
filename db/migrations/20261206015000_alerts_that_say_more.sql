insert into wa.alert_kinds (kind, level, meaning, next_step) values
(
  'database_restored', 'error',
  'This database was restored or copied, and sends nothing: the original may have sent what is queued.',
  'docs/operate/restore.md, going on: say what becomes of it, or leave a copy paused.'
);

update wa.alert_kinds
set next_step = 'Mend the cause: runbook section 2. What each code does is a row of wa.send_error_classes.'
where kind = 'send_error';

update wa.alert_kinds
set next_step = 'Mend the cause, queue the failed again: runbook section 2. Codes are rows of wa.send_error_classes.'
where kind = 'notification_failed';
