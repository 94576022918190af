-- A message, the chat it is part of, and what a step decides: no other shape goes from routine to routine. Their members
-- are built and cast by place: new ones come at the end.
create type wa.message as (
  wa_message_id text,
  waba_id text,
  phone_number_id text,
  message_type text,
  status text,
  opens_window boolean,
  sent_at timestamptz,
  sequence bigint,
  phone text,
  bsuid text,
  parent_bsuid text,
  display_name text,
  body text,
  reply_id text,
  content jsonb,
  contact jsonb,
  user_id uuid,
  home_state text
);

comment on type wa.message is
'One message out of a webhook: Meta''s ids, type and time, the status that wa_events will give it, whether it opens the 24-hour window, its place in the payload, the sender''s number (with a plus sign), BSUID, parent BSUID and name, the text typed or tapped, the id tapped, Meta''s message and contact objects, the sender''s profile once it is known, and the state in which chats with the business number begin (null: home).';

create type wa.chat as (
  user_id uuid,
  recipient text,
  display_name text,
  locale text,
  phone_number_id text,
  state text,
  data jsonb,
  expires_at timestamptz,
  is_entered boolean,
  message wa.message,
  replies jsonb,
  answered_at timestamptz,
  prefix text
);

comment on type wa.chat is
'A conversation while it is moved on, and the one argument of a step: whose it is, how to reach that user, the user''s name and language; the business number; the state, what the chat remembers, and until when; whether the state is being entered rather than answered; the message that was said; the replies to it, in order, and the moment that orders them; what the names of the state''s flow begin with (null: they are whole).';

create type wa.step_result as (
  next_state text,
  data jsonb,
  replies jsonb
);

comment on type wa.step_result is
'What a step decides: the state to move to (null: stay), what the chat remembers (null: unchanged when staying, empty when moving), and an array of Graph API message bodies without recipient.';

-- No foreign key to the state: each message that moved a chat would lock the row of the new state, one row for everybody,
-- and an index to go with it would make every such update write two. The engine stores only states that it has read from
-- the registry, and a trigger on the registry refuses to remove a state that somebody is in.
create table public.chat_state (
  user_id uuid not null,
  phone_number_id text not null default '',
  state text not null default 'home',
  data jsonb not null default '{}',
  expires_at timestamptz,
  answers_until timestamptz,
  -- In the row that every message reads, so that asking who has a conversation costs nothing.
  handed_over_at timestamptz,
  handed_over_until timestamptz,
  handed_over_to text,
  handed_over_for text,
  waiting_since timestamptz,
  updated_at timestamptz not null default now(),
  constraint chat_state_pkey primary key (user_id, phone_number_id),
  constraint chat_state_user_id_fkey foreign key (user_id) references public.profiles (user_id) on delete cascade,
  constraint chat_state_data_is_an_object check (jsonb_typeof(data) = 'object')
) with (fillfactor = 80);

comment on table public.chat_state is
'Where each chat stands, one of a user with a business number. No row means the home state: deleting a user''s rows resets the user.';
comment on column public.chat_state.phone_number_id is 'The business number that the user writes to. Empty for what names none.';
comment on column public.chat_state.data is 'What the current flow remembers between two messages.';
comment on column public.chat_state.expires_at is 'After this moment the next message finds the user in the home state. Null: never.';
comment on column public.chat_state.answers_until is
'When the answers given so far will have been made up for, each by answers_interval_seconds. Null: none were given, or long ago.';
comment on column public.chat_state.handed_over_at is 'Since when a person answers here, or is to. Null: the bot does.';
comment on column public.chat_state.handed_over_until is
'After this moment the next message is the bot''s again. Null: it is.';
comment on column public.chat_state.handed_over_to is 'Who has the conversation. Null while it waits for somebody to take it.';
comment on column public.chat_state.handed_over_for is 'Why, in the words of whoever asked for it.';
comment on column public.chat_state.waiting_since is
'Since when the user waits for a person''s answer. Null: everything is answered.';

create index chat_state_handed_over_idx on public.chat_state (handed_over_until) where handed_over_until is not null;

comment on index public.chat_state_handed_over_idx is 'The conversations that people have, which are few.';

alter table public.chat_state enable row level security;
create policy chat_state_runtime on public.chat_state to wa_runtime using (true) with check (true);
create policy chat_state_operate on public.chat_state to wa_operator_role using (true);
create policy chat_state_privacy on public.chat_state to wa_privacy using (true);
grant select, insert, update, delete on public.chat_state to wa_runtime;
grant select, delete on public.chat_state to wa_privacy, wa_operator_role;

create table wa.silences (
  user_id uuid not null,
  phone_number_id text not null default '',
  reason text not null,
  since timestamptz not null default now(),
  until timestamptz not null,
  constraint silences_pkey primary key (user_id, phone_number_id),
  constraint silences_reason_is_known check (
    reason in ('many_answers', 'taken_over', 'answered_in_app')
  )
);

comment on table wa.silences is
'Whom the bot does not answer for a while: what they write is recorded and what they say about consent counts, but no conversation goes on. Deleting the row ends it.';
comment on column wa.silences.user_id is
'Of public.profiles. No foreign key: its check would lock the profile, out of the lock order.';
comment on column wa.silences.phone_number_id is 'The business number that is silent. Empty: that of webhooks which name none.';
comment on column wa.silences.reason is
'many_answers: as many as answers_burst, so that it may be a bot. taken_over: another responder has the thread at Meta. answered_in_app: a person of the business wrote in the WhatsApp Business app.';

alter table wa.silences enable row level security;
create policy silences_runtime on wa.silences to wa_runtime using (true) with check (true);
create policy silences_operate on wa.silences to wa_operator_role using (true);
create policy silences_maintenance on wa.silences to wa_maintenance using (true);
create policy silences_privacy on wa.silences to wa_privacy using (true);
grant select, insert, update, delete on wa.silences to wa_runtime;
grant select, delete on wa.silences to wa_maintenance, wa_privacy, wa_operator_role;

create table wa.consent_words (
  word text not null,
  locale text not null,
  action text not null,
  constraint consent_words_pkey primary key (word),
  constraint consent_words_word_is_not_empty check (word <> ''),
  constraint consent_words_word_is_short check (char_length(word) <= 100),
  constraint consent_words_locale_is_a_language check (locale ~ '^[a-z]{2,3}(_[A-Z]{2})?$'),
  constraint consent_words_action_is_known check (action in ('stop', 'start'))
);

comment on table wa.consent_words is
'The words by which users say that they want no messages, or want them again: typed, on a button, or under a picture. They are understood whatever the language of the profile, and go before every keyword of a flow.';
comment on column wa.consent_words.word is
'One or more words; stored without case, accents, apostrophes and punctuation, as they are compared.';
comment on column wa.consent_words.locale is
'The language that the word is taken from, such as fr or pt_BR: one that the bot speaks, or any other.';
comment on column wa.consent_words.action is 'stop: opts out. start: opts in again.';

alter table wa.consent_words enable row level security;
create policy consent_words_read on wa.consent_words for select to wa_runtime using (true);
create policy consent_words_operate on wa.consent_words to wa_operator_role using (true) with check (true);
grant select on wa.consent_words to wa_runtime;
grant select, insert, delete on wa.consent_words to wa_operator_role;

create table wa.hand_back_words (
  word text not null,
  constraint hand_back_words_pkey primary key (word),
  constraint hand_back_words_word_is_not_empty check (word <> ''),
  constraint hand_back_words_word_is_short check (char_length(word) <= 100)
);

comment on table wa.hand_back_words is
'What a user says who is with a person and wants the bot again: typed, or on a button.';
comment on column wa.hand_back_words.word is
'One or more words; stored without case, accents, apostrophes and punctuation, as they are compared.';

alter table wa.hand_back_words enable row level security;
create policy hand_back_words_read on wa.hand_back_words for select to wa_runtime using (true);
create policy hand_back_words_operate on wa.hand_back_words to wa_operator_role using (true) with check (true);
grant select on wa.hand_back_words to wa_runtime;
grant select, insert, delete on wa.hand_back_words to wa_operator_role;
