create type wa.chat_outcome as (
  user_id uuid,
  recipient text,
  phone_number_id text,
  wa_message_id text,
  state text,
  data jsonb,
  expires_at timestamptz,
  replies jsonb,
  answered_at timestamptz
);

comment on type wa.chat_outcome is
'What one message made of a chat: whose chat it is and how to reach that user, the business number and the message that was answered, where the chat now stands and until when, the replies in order, and the moment that orders them.';
