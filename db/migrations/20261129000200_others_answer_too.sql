insert into wa.settings (key, value, description, value_type, minimum, maximum) values
(
  'taken_over_seconds', '86400',
  'How long the bot is silent after another responder has taken a thread at Meta, unless it is passed back before.',
  'number', 0, 31536000
),
(
  'answered_in_app_seconds', '3600',
  'How long the bot is silent after a person of the business has written to the user in the WhatsApp Business app.',
  'number', 0, 31536000
);

-- squawk-ignore ban-drop-constraint
alter table public.notifications drop constraint notifications_kind_is_known;
alter table public.notifications
add constraint notifications_kind_is_known check (kind in ('message', 'read_receipt', 'echo')) not valid;
comment on column public.notifications.kind is
'message; read_receipt: a mark-as-read or typing indicator, which has no place in the user''s order; or echo: what a person of the business wrote in the WhatsApp Business app.'; -- noqa: LT05
