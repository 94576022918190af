insert into wa.alert_kinds (kind, level, meaning, next_step) values
(
  'signatures_refused', 'error',
  'Webhooks with a signature are refused, and none has been accepted meanwhile: WA_APP_SECRET is not that of the app.',
  'wa-webhook doctor --as serve compares it with Meta''s. If it is right, block who posts: runbook section 4.'
)
on conflict (kind) do nothing;
