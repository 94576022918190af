do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'wa_agent_role') then
    create role wa_agent_role nologin;
    comment on role wa_agent_role is 'Colleagues who answer users: take conversations over, read, reply, and reach no table.';
  end if;
end
$$;

grant usage on schema public to wa_agent_role;

-- In the row that every message reads, so that asking who has a conversation costs nothing.
alter table public.chat_state
add column handed_over_at timestamptz,
add column handed_over_until timestamptz,
add column handed_over_to text,
add column handed_over_for text,
add column waiting_since timestamptz;

comment on column public.chat_state.handed_over_at is 'Since when a person answers here, or is to. Null: the bot does.';
comment on column public.chat_state.handed_over_until is
'After this moment the next message is the bot''s again. Null: it is.';
comment on column public.chat_state.handed_over_to is 'Who has the conversation. Null while it waits for somebody to take it.';
comment on column public.chat_state.handed_over_for is 'Why, in the words of whoever asked for it.';
comment on column public.chat_state.waiting_since is
'Since when the user waits for a person''s answer. Null: everything is answered.';

-- squawk-ignore require-concurrent-index-creation
create index chat_state_handed_over_idx on public.chat_state (handed_over_until) where handed_over_until is not null;
comment on index public.chat_state_handed_over_idx is 'The conversations that people have, which are few.';

alter table public.notifications add column author text;
comment on column public.notifications.author is
'Who wrote it: app, broadcast, or colleague/ and a name. Null: the bot, and what was queued before this was kept.';

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

insert into wa.hand_back_words (word) values ('bot'), ('robot');

insert into wa.settings (key, value, description, value_type, minimum, maximum) values
(
  'handover_seconds', '86400',
  'How long a person has a conversation after taking it or last replying in it. Then it is the bot''s again.',
  'number', 60, 31536000
),
(
  'handover_wait_seconds', '900',
  'After how long wa-webhook status tells of a user who waits for a person''s answer.',
  'number', 0, 31536000
);

insert into wa.settings (key, value, description, value_type, pattern) values
(
  'handover_task_kind', '""',
  'The kind of task by which a help desk outside hears what users write to a person. Empty: there is none.',
  'string', '^([a-z][a-z0-9_.-]{0,62})?$'
);

comment on column wa.tasks.state is 'Where the chat waits for the result. Empty: nobody does.';

-- squawk-ignore ban-drop-constraint
alter table wa.tasks drop constraint tasks_reached_is_known;
alter table wa.tasks
add constraint tasks_reached_is_known check (reached in ('answered', 'late', 'broken', 'waiting')) not valid;
comment on column wa.tasks.reached is
'What became of the result: answered by a step; late, since the chat waited no longer; broken, since the step failed and wa_events keeps it for a replay; or waiting, while a person has the conversation.';

-- squawk-ignore require-concurrent-index-creation
create index tasks_waiting_idx on wa.tasks (user_id) where reached = 'waiting';
comment on index wa.tasks_waiting_idx is 'Results for conversations that a person has.';
