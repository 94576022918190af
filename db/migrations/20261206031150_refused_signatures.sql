insert into wa.alert_kinds (kind, level, meaning, next_step) values
(
  'signatures_refused', 'error',
  'Webhooks with a signature are refused (401), and none has been accepted meanwhile: WA_APP_SECRET is not that of the app which posts, or somebody posts who has none.',
  'wa-webhook doctor --as serve in the webhook''s environment compares the secret with Meta''s, where WA_TOKEN is set too. If it is right, block who posts; Meta repeats for seven days: runbook section 4.'
)
on conflict (kind) do nothing;
