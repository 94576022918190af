insert into wa.settings (key, value, description, value_type, minimum, maximum) values
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
);

alter table public.chat_state add column answers_until timestamptz;

comment on column public.chat_state.answers_until is
'When the answers given so far will have been made up for, each by answers_interval_seconds. Null: none were given, or long ago.';

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
'many_answers: as many as answers_burst, so that it may be a bot. taken_over: another responder has the thread at Meta. answered_in_app: a person of the business wrote in the WhatsApp Business app.'; -- noqa: LT05

alter table wa.silences enable row level security;
create policy silences_runtime on wa.silences to wa_runtime using (true) with check (true);
create policy silences_operate on wa.silences to wa_operator_role using (true);
create policy silences_maintenance on wa.silences to wa_maintenance using (true);
create policy silences_privacy on wa.silences to wa_privacy using (true);
grant select, insert, update, delete on wa.silences to wa_runtime;
grant select, delete on wa.silences to wa_operator_role, wa_maintenance, wa_privacy;

insert into wa.alert_kinds (kind, level, meaning, next_step) values
(
  'chat_silenced', 'warning',
  'A user got as many automatic answers as answers_burst allows, and gets none for a while: likely another bot.',
  'Read the conversation. A person: delete their row of wa.silences, and raise answers_burst. Runbook section 5.'
);
