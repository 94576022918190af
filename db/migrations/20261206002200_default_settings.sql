insert into wa.settings (key, value, description, value_type, minimum, maximum) values
(
  'reply_ttl_seconds', '86400',
  'How long after a message its reply makes sense. One that could not be sent by then is cancelled, and a message that comes later than that is recorded and not answered.', -- noqa: LT05
  'number', 60, 604800
),
(
  'service_window_margin_seconds', '300',
  'How long before its end the 24-hour window counts as closed.',
  'number', 0, 43200
),
(
  'answers_burst', '100',
  'How many messages of one user the bot answers at once, however fast they come. One more than that is somebody''s bot: then it is silent.', -- noqa: LT05
  'integer', 2, 100000
),
(
  'answers_interval_seconds', '60',
  'After how long one more of these answers is allowed again. 0: no bound.',
  'number', 0, 86400
),
(
  'silence_seconds', '86400',
  'How long the bot is silent towards a user whom it has answered answers_burst times.',
  'number', 60, 31536000
),
(
  'taken_over_seconds', '86400',
  'How long the bot is silent after another responder has taken a thread at Meta, unless it is passed back before.',
  'number', 0, 31536000
),
(
  'answered_in_app_seconds', '3600',
  'How long the bot is silent after a person of the business has written to the user in the WhatsApp Business app.',
  'number', 0, 31536000
),
('number_rate_per_second', '80', 'Messages a second and business number. 0: unlimited.', 'number', 0, 10000),
(
  'upgraded_number_rate_per_second', '1000',
  'The rate of a business number after Meta''s THROUGHPUT_UPGRADE.',
  'integer', 1, 10000
),
('number_burst_seconds', '1', 'How many seconds'' worth of messages a number may send at once.', 'number', 1, 3600),
(
  'pair_interval_seconds', '6',
  'Between two messages to the same user in the long run. 0: unlimited.',
  'number', 0, 3600
),
('pair_burst', '45', 'Messages that one user may be sent at once.', 'integer', 1, 1000),
(
  'in_doubt_seconds', '180',
  'How long a message in doubt waits for a status before it is tried again.',
  'number', 0, 86400
),
(
  'blocked_recheck_seconds', '300',
  'When a message behind another one of its user is looked at unasked.',
  'number', 1, 86400
),
('template_recheck_seconds', '3600', 'When a message whose template is held is looked at unasked.', 'number', 1, 86400),
(
  'requeue_within_days', '7',
  'How long after it was to be sent a failed message that names no expires_at may be queued again.',
  'number', 0, 365
),
('media_ttl_days', '29', 'How long an uploaded media id is used again. Meta keeps media for 30.', 'number', 0, 30),
(
  'task_deadline_seconds', '3600',
  'By when a task has to be done that names no deadline, from its request. Later it has failed.',
  'number', 1, 2592000
),
('task_max_attempts', '5', 'How often a task is tried that does not say so itself.', 'integer', 1, 100),
(
  'task_turn_seconds', '1',
  'How far apart the tasks of one user and kind stand in line: what others ask for meanwhile goes in between.',
  'number', 0, 3600
),
(
  'handover_seconds', '86400',
  'How long a person has a conversation after taking it or last replying in it. Then it is the bot''s again.',
  'number', 60, 31536000
),
(
  'handover_wait_seconds', '900',
  'After how long wa-webhook status tells of a user who waits for a person''s answer.',
  'number', 0, 31536000
),
(
  'waiting_alert_seconds', '3600',
  'How often an alert tells of users or cases that wait too long for a person; 0: never.',
  'number', 0, 31536000
),
(
  'received_media_max_bytes', '16777216',
  'Larger media of users are refused. Meta takes 100 MB at most.',
  'integer', 1, 104857600
),
(
  'received_media_ttl_days', '30',
  'How long media are kept: of users from when they were asked for, of colleagues from when sent.',
  'number', 0, 3650
),
(
  'alert_max_attempts', '20',
  'After this many failed deliveries in a row an alert is given up. It stays in wa.alerts.',
  'integer', 1, 1000
),
(
  'alert_repeat_seconds', '900',
  'The same alert is delivered at most once in this time, with a count.',
  'number', 0, 86400
),
(
  'invalid_sender_spike_count', '50',
  'Messages of invalid senders within invalid_sender_spike_seconds that raise an alert.',
  'integer', 1, 1000000
),
('invalid_sender_spike_seconds', '300', 'How far apart the messages of a spike may be.', 'number', 1, 86400),
('retention_interval_seconds', '21600', 'How long after one retention run the next one is due.', 'number', 60, 604800),
(
  'events_ttl_days', '30',
  'How long wa_events remembers a message id. At least 8: Meta repeats for 7.',
  'number', 8, 3650
),
('logs_ttl_days', '14', 'How long webhook_logs keeps a row.', 'number', 1, 3650),
(
  'kept_payloads_ttl_days', '30',
  'How long a payload that was replayed, or only had text replaced, is kept.',
  'number', 8, 3650
),
(
  'kept_payloads_waiting_ttl_days', '90',
  'How long a payload that nobody has replayed or dismissed is kept. An alert comes two weeks before.',
  'number', 30, 3650
),
('notifications_ttl_days', '90', 'How long a finished notification is kept after it was queued.', 'number', 1, 3650),
('alerts_ttl_days', '30', 'How long wa.alerts keeps an alert that has not been seen again.', 'number', 1, 3650),
('tasks_ttl_days', '30', 'How long a finished task is kept, with its input and result.', 'number', 1, 3650),
(
  'desk_actions_ttl_days', '365',
  'How long it is kept what colleagues did at the desk: who, what, about whom and when.',
  'number', 1, 36500
),
('basket_join_tries', '10', 'How many wrong basket codes a profile may try before it has to wait.', 'integer', 1, 1000),
(
  'basket_join_window_seconds', '3600',
  'How long after the first wrong basket code the count starts again.',
  'number', 1, 604800
);

insert into wa.settings (key, value, description, value_type, pattern) values
(
  'default_locale', '"en"',
  'Language of a new profile, and of a text that has no translation.',
  'string', '^[a-z]{2}(-[A-Z]{2})?$'
),
(
  'default_time_zone', '"UTC"',
  'The time zone of users whose profile has none in metadata.time_zone: an IANA name such as Africa/Kigali.',
  'string', '^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$'
),
(
  'default_currency', '"USD"',
  'ISO 4217 code for new baskets. A basket keeps the one it began with.',
  'string', '^[A-Z]{3}$'
),
(
  'bot_number_e164', '""',
  'The bot''s own number, plus sign first: where wa.me links lead. Empty: not set.',
  'string', '^(\+[1-9][0-9]{6,14})?$'
),
(
  'allowed_phone_prefixes', '[]',
  'Country codes that may write, such as ["250", "33"]. Empty: everybody.',
  'array', '^\+?[1-9][0-9]{0,6}$'
),
(
  'handover_task_kind', '""',
  'The kind of task by which a help desk outside hears what users write to a person. Empty: there is none.',
  'string', '^([a-z][a-z0-9_.-]{0,62})?$'
),
(
  'received_media_kinds', '[]',
  'Which of image, document, video, voice, audio, sticker are fetched as they come. Else only what steps ask for.',
  'array', '^(image|document|video|voice|audio|sticker)$'
);

insert into wa.settings (key, value, description, value_type, choices) values
(
  'message_history', '"events"',
  'Whether what users write is kept with its event: events, for as long as that, or none. What failed is kept for a replay all the same.', -- noqa: LT05
  'string', '["events", "none"]'
),
(
  'read_receipts', '"none"',
  'For inbound messages: none, read, or typing (when no reply is queued).',
  'string', '["none", "read", "typing"]'
);
