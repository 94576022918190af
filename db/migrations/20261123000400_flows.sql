create table wa.flow_states (
  state text not null,
  flow text not null,
  step_function text not null,
  back_to text,
  expires_after interval,
  description text not null,
  constraint flow_states_pkey primary key (state),
  constraint flow_states_back_to_fkey foreign key (back_to) references wa.flow_states (state)
  deferrable initially deferred,
  constraint flow_states_state_is_snake_case check (state ~ '^[a-z][a-z0-9_]*$'),
  constraint flow_states_step_function_is_a_step check (step_function ~ '^step_[a-z][a-z0-9_]*$'),
  constraint flow_states_expires_after_is_positive check (expires_after > interval '0')
);

comment on table wa.flow_states is 'Every state that a chat can be in, and the step function that handles it: the registry of the flow engine.';
comment on column wa.flow_states.flow is 'The conversation that the state belongs to, such as home or basket_create.';
comment on column wa.flow_states.step_function is 'A function of schema wa: (profile, state, data, message) to wa.step_result.';
comment on column wa.flow_states.back_to is 'Where the command "back" leads. Null: to the home state.';
comment on column wa.flow_states.expires_after is 'Silence after which the user is back in the home state. Null: never.';

create table wa.flow_transitions (
  from_state text not null,
  to_state text not null,
  constraint flow_transitions_pkey primary key (from_state, to_state),
  constraint flow_transitions_from_state_fkey foreign key (from_state) references wa.flow_states (state),
  constraint flow_transitions_to_state_fkey foreign key (to_state) references wa.flow_states (state),
  constraint flow_transitions_leave_the_state check (from_state <> to_state)
);

comment on table wa.flow_transitions is
'The moves that a step may make. Staying is always allowed, so are entry points; any other move raises WA002.';

create table wa.flow_entries (
  kind text not null,
  value text not null,
  action text not null default 'enter',
  to_state text,
  locale text,
  scope text not null default 'everywhere',
  constraint flow_entries_pkey primary key (kind, value),
  constraint flow_entries_to_state_fkey foreign key (to_state) references wa.flow_states (state),
  constraint flow_entries_locale_fkey foreign key (locale) references wa.locales (locale),
  constraint flow_entries_kind_is_known check (kind in ('keyword', 'reply', 'reply_prefix', 'deep_link')),
  constraint flow_entries_action_is_known check (action in ('enter', 'back', 'cancel')),
  constraint flow_entries_scope_is_known check (scope in ('home', 'everywhere')),
  constraint flow_entries_enter_names_a_state check ((action = 'enter') = (to_state is not null)),
  constraint flow_entries_keyword_is_folded check (kind <> 'keyword' or value = lower(btrim(value)))
);

comment on table wa.flow_entries is
'What brings a user into a state from outside its flow: a keyword, the id of a tapped button or row, or a prefilled text opened from a link.';
comment on column wa.flow_entries.value is
'A keyword in lower case without accents, a reply id, the beginning of reply ids such as basket.detail. (the rest is handed to the step as data.target), or the prefix of a deep link such as JB: (what follows it is handed to the step as data.link).';
comment on column wa.flow_entries.action is 'enter: go to to_state. back: to the state''s back_to. cancel: give up and go home.';
comment on column wa.flow_entries.locale is 'The language of a keyword. A keyword is understood whatever the profile''s language.';
comment on column wa.flow_entries.scope is 'everywhere: also in the middle of another flow. home: only in the home state.';

create table wa.menu_items (
  reply_id text not null,
  entry_kind text not null generated always as ('reply') stored,
  position integer not null,
  title_key text not null,
  description_key text,
  constraint menu_items_pkey primary key (reply_id),
  constraint menu_items_position_key unique (position),
  constraint menu_items_entry_fkey foreign key (entry_kind, reply_id) references wa.flow_entries (kind, value)
);

comment on table wa.menu_items is 'The rows of the home menu, each the entry point of a flow.';
comment on column wa.menu_items.reply_id is 'The id of the row, which is a reply in wa.flow_entries.';
comment on column wa.menu_items.entry_kind is 'Always reply: there for the foreign key.';
comment on column wa.menu_items.title_key is 'Of wa.texts; at most 24 characters are shown.';
comment on column wa.menu_items.description_key is 'Of wa.texts; at most 72 characters are shown.';

create table wa.texts (
  key text not null,
  locale text not null,
  body text not null,
  constraint texts_pkey primary key (key, locale),
  constraint texts_locale_fkey foreign key (locale) references wa.locales (locale),
  constraint texts_key_is_dotted check (key ~ '^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$'),
  constraint texts_body_is_not_empty check (body <> '')
);

comment on table wa.texts is
'Everything the bot says, by key and language. Placeholders are {named}. A missing translation falls back to default_locale.';

create view wa.missing_translations with (security_invoker = true) as
select
  text_key.key,
  locale.locale
from (select distinct text.key from wa.texts as text) as text_key
cross join wa.locales as locale
where
  not exists (
    select from wa.texts as text
    where text.key = text_key.key and text.locale = locale.locale
  );

comment on view wa.missing_translations is
'The texts that a language lacks, and that its users read in the default language until their rows are in wa.texts.';

create type wa.inbound_message as (
  wa_message_id text,
  phone_number_id text,
  message_type text,
  sent_at timestamptz,
  body text,
  reply_id text,
  content jsonb,
  is_entry boolean
);

comment on type wa.inbound_message is
'One message as a step sees it: Meta''s id and business number, type, Meta''s time, the text that was typed or tapped, the id of the tapped button or row, Meta''s whole message, and whether the step is being entered rather than answered.';

create type wa.step_result as (
  next_state text,
  data jsonb,
  replies jsonb
);

comment on type wa.step_result is
'What a step decides: the state to move to (null: stay), what the chat remembers (null: unchanged when staying, empty when moving), and an array of Graph API message bodies without recipient.';

alter table wa.flow_states enable row level security;
alter table wa.flow_transitions enable row level security;
alter table wa.flow_entries enable row level security;
alter table wa.menu_items enable row level security;
alter table wa.texts enable row level security;

create policy flow_states_read on wa.flow_states for select to wa_runtime, wa_operator_role using (true);
create policy flow_transitions_read on wa.flow_transitions for select to wa_runtime, wa_operator_role using (true);
create policy flow_entries_read on wa.flow_entries for select to wa_runtime, wa_operator_role using (true);
create policy menu_items_read on wa.menu_items for select to wa_runtime, wa_operator_role using (true);
create policy texts_read on wa.texts for select to wa_runtime, wa_operator_role using (true);

grant select on wa.flow_states, wa.flow_transitions, wa.flow_entries, wa.menu_items, wa.texts
to wa_runtime, wa_operator_role;
grant select on wa.missing_translations to wa_operator_role;

create policy locales_operate on wa.locales for select to wa_operator_role using (true);
grant select on wa.locales to wa_operator_role;
