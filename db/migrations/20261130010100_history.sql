insert into wa.settings (key, value, description, value_type, choices) values
(
  'message_history', '"events"',
  'Whether what users write is kept with its event: events, for as long as that, or none. What failed is kept for a replay all the same.', -- noqa: LT05
  'string', '["events", "none"]'
);

comment on column public.wa_events.payload is
'Of what was processed the message as Meta sent it, where the setting message_history says so; of what failed, or came for numbers of others, the message in its envelope, as wa_dispatch takes it.';

-- On a large table run it by hand first, with "concurrently": here it then finds nothing to do.
-- squawk-ignore require-concurrent-index-creation
create index if not exists notifications_user_id_idx on public.notifications (user_id, send_at);
comment on index public.notifications_user_id_idx is 'What one person was sent, in order.';
