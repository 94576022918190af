insert into wa.alert_kinds (kind, level, meaning, next_step) values
(
  'notification_failed', 'error', 'A message could not be sent and is not tried again.',
  'Look up the code in docs/reference/outbox.md, mend the cause, and queue the failed ones again: runbook section 2.'
),
(
  'send_error', 'warning', 'Meta refuses messages for a reason that a person has to mend. They wait.',
  'Look up the code in docs/reference/outbox.md and mend the cause: runbook section 2.'
),
(
  'unknown_error_code', 'warning', 'Meta answered with a code that wa.send_error_classes does not have. It is retried.',
  'Insert a row for the code into wa.send_error_classes: docs/reference/outbox.md.'
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
),
(
  'account_warning', 'error', 'Meta reports trouble with the account, a business number or a template.',
  'Look at WhatsApp Manager and at the webhook in webhook_logs: runbook section 4.'
),
(
  'template_held', 'warning', 'Meta no longer takes a template. Messages that use it wait.',
  'Mend it in WhatsApp Manager; approval lets them go, or do so by hand: runbook section 2.'
),
(
  'status_of_another_life', 'error',
  'Meta reports on messages that carry our callback data and that this database has not sent.',
  'Another copy of this database sends, or this one lost what it had sent: docs/operate/restore.md.'
),
(
  'messages_left_out', 'warning', 'Failed messages were queued again too late to make sense, and were cancelled.',
  'Nothing, or another requeue_within_days in wa.settings before the next time: runbook section 2.'
),
(
  'payloads_expire', 'error', 'Kept payloads that nobody has replayed or dismissed are deleted: soon, or now.',
  'Replay them or say that they can go: wa-webhook replay --payloads; runbook section 6.'
),
(
  'clock_set_back', 'error', 'The clock of the database server was set back.',
  'See that the server keeps time. What was queued before keeps its order and does not wait: runbook section 4.'
),
(
  'webhook_foreign', 'warning',
  'Meta posts webhooks of a business number or account that is not one of ours. They are kept and cause nothing.',
  'Ours? wa-webhook numbers add, then wa-webhook replay: runbook section 4. If not, end its subscription to this app.'
),
(
  'chat_silenced', 'warning',
  'A user got as many automatic answers as answers_burst allows, and gets none for a while: likely another bot.',
  'Read the conversation. A person: delete their row of wa.silences, and raise answers_burst. Runbook section 5.'
),
(
  'task_failed', 'error', 'A task failed for good; its conversation was told.',
  'Look at error_class and error_message in wa.tasks, and at the worker''s logs: runbook section 4.'
),
(
  'users_wait', 'warning', 'Somebody waits too long for a person''s answer or decision.',
  'Answer, or hand the conversation back: docs/operate/handover.md.'
);
