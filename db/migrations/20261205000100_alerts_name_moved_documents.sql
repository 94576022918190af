update wa.alert_kinds as kind
set next_step = replace(kind.next_step, document.before, document.now)
from (
  values
  ('docs/outbox.md', 'docs/reference/outbox.md'),
  ('docs/restore.md', 'docs/operate/restore.md'),
  ('docs/handover.md', 'docs/operate/handover.md')
) as document (before, now)
where strpos(kind.next_step, document.before) > 0;
