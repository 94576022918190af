create table wa.flows (
  flow text not null,
  prefix text,
  declared jsonb not null,
  declared_at timestamptz not null default now(),
  constraint flows_pkey primary key (flow),
  constraint flows_prefix_key unique (prefix),
  constraint flows_flow_is_snake_case check (flow ~ '^[a-z][a-z0-9_]{0,29}$'),
  constraint flows_prefix_is_snake_case check (prefix ~ '^[a-z][a-z0-9_]{0,29}$'),
  constraint flows_only_home_has_no_prefix check ((prefix is null) = (flow = 'home')),
  constraint flows_declared_is_an_object check (jsonb_typeof(declared) = 'object')
);

comment on table wa.flows is
'The flows that were declared, each with the rows it declared: what differs from them today, somebody changed by hand.';
comment on column wa.flows.prefix is
'What the names of its states, steps, texts and taps begin with. Null: home, whose names are everybody''s.';
comment on column wa.flows.declared is
'The rows as wa.declare_flow last wrote them: arrays states, moves, entries, menu and texts, with the columns of their tables.';

alter table wa.flows enable row level security;
create policy flows_read on wa.flows for select to wa_runtime using (true);
grant select on wa.flows to wa_runtime;

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
comment on column wa.flow_states.flow is 'The flow that the state belongs to, such as home or baskets.';
comment on column wa.flow_states.step_function is 'A function of schema wa that takes a wa.chat and returns a wa.step_result.';
comment on column wa.flow_states.back_to is 'Where the command "back" leads. Null: to the home state.';
comment on column wa.flow_states.expires_after is 'Silence after which the user is back in the home state. Null: never.';

create index flow_states_back_to_idx on wa.flow_states (back_to);

comment on index wa.flow_states_back_to_idx is 'Which states lead back to a state, before it is removed.';

alter table wa.flow_states enable row level security;
create policy flow_states_read on wa.flow_states for select to wa_runtime, wa_operator_role using (true);
grant select on wa.flow_states to wa_runtime, wa_operator_role;

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

create index flow_transitions_to_state_idx on wa.flow_transitions (to_state);

comment on index wa.flow_transitions_to_state_idx is 'Which states lead to a state, before it is removed.';

alter table wa.flow_transitions enable row level security;
create policy flow_transitions_read on wa.flow_transitions for select to wa_runtime, wa_operator_role using (true);
grant select on wa.flow_transitions to wa_runtime, wa_operator_role;

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
  constraint flow_entries_kind_is_known check (
    kind in ('keyword', 'reply', 'reply_prefix', 'deep_link', 'message_kind')
  ),
  constraint flow_entries_action_is_known check (action in ('enter', 'back', 'cancel')),
  constraint flow_entries_scope_is_known check (scope in ('home', 'everywhere')),
  constraint flow_entries_enter_names_a_state check ((action = 'enter') = (to_state is not null)),
  constraint flow_entries_keyword_is_folded check (kind <> 'keyword' or value = lower(btrim(value)))
);

comment on table wa.flow_entries is
'What brings a user into a state from outside its flow: a keyword, the id of a tapped button or row, or a prefilled text opened from a link.';
comment on column wa.flow_entries.value is
'A keyword in lower case without accents, a reply id, the beginning of reply ids such as basket.detail. (the rest is handed to the step as data.target), the prefix of a deep link such as JB: (what follows it is handed to the step as data.link), or a kind of message that begins a conversation at home, such as image, or text for what nothing else understands; behind an at sign the business number, where it counts for that one alone.';
comment on column wa.flow_entries.action is 'enter: go to to_state. back: to the state''s back_to. cancel: give up and go home.';
comment on column wa.flow_entries.locale is 'The language of a keyword. A keyword is understood whatever the profile''s language.';
comment on column wa.flow_entries.scope is 'everywhere: also in the middle of another flow. home: only in the home state.';

create index flow_entries_to_state_idx on wa.flow_entries (to_state);
create index flow_entries_locale_idx on wa.flow_entries (locale);

comment on index wa.flow_entries_to_state_idx is 'Which entry points lead to a state, before it is removed.';
comment on index wa.flow_entries_locale_idx is 'Which entry points choose a language, before it is removed.';

alter table wa.flow_entries enable row level security;
create policy flow_entries_read on wa.flow_entries for select to wa_runtime, wa_operator_role using (true);
grant select on wa.flow_entries to wa_runtime, wa_operator_role;

create table wa.menu_items (
  reply_id text not null,
  entry_kind text not null generated always as ('reply') stored,
  position integer not null,
  title_key text not null,
  description_key text,
  constraint menu_items_pkey primary key (reply_id),
  constraint menu_items_entry_fkey foreign key (entry_kind, reply_id) references wa.flow_entries (kind, value)
);

comment on table wa.menu_items is 'The rows of the home menu, each the entry point of a flow.';
comment on column wa.menu_items.reply_id is 'The id of the row, which is a reply in wa.flow_entries.';
comment on column wa.menu_items.entry_kind is 'Always reply: there for the foreign key.';
comment on column wa.menu_items.title_key is 'Of wa.texts; at most 24 characters are shown.';
comment on column wa.menu_items.description_key is 'Of wa.texts; at most 72 characters are shown.';

create index menu_items_entry_idx on wa.menu_items (entry_kind, reply_id);

comment on index wa.menu_items_entry_idx is 'Which menu item shows an entry point, before it is removed.';

alter table wa.menu_items enable row level security;
create policy menu_items_read on wa.menu_items for select to wa_runtime using (true);
grant select on wa.menu_items to wa_runtime;

create table wa.rendered_menus (
  body_key text not null,
  locale text not null,
  payload jsonb not null,
  constraint rendered_menus_pkey primary key (body_key, locale)
);

comment on table wa.rendered_menus is
'The first page of the home menu as it is sent, so that a greeting does not render it anew. Emptied by whatever changes a text, a menu item or a setting; safe to empty at any time.';
comment on column wa.rendered_menus.body_key is 'The text above the menu, of wa.texts.';
comment on column wa.rendered_menus.payload is 'The body of a Graph API list message.';

alter table wa.rendered_menus enable row level security;
create policy rendered_menus_runtime on wa.rendered_menus to wa_runtime using (true) with check (true);
grant select, insert, delete on wa.rendered_menus to wa_runtime;

create table wa.document_fields (
  document text not null,
  field text not null,
  position integer not null default 1,
  label text,
  value text not null default '.+',
  place text not null default 'beside',
  value_check text not null default 'text',
  constraint document_fields_pkey primary key (document, field, position),
  constraint document_fields_names_are_plain check (
    document ~ '^[a-z][a-z0-9_]{0,62}$' and field ~ '^[a-z][a-z0-9_]{0,62}$'
  ),
  constraint document_fields_place_is_known check (place in ('beside', 'right', 'below', 'anywhere')),
  constraint document_fields_label_unless_anywhere check ((label is null) = (place = 'anywhere')),
  constraint document_fields_value_check_is_known check (value_check in ('text', 'date', 'number', 'vin', 'luhn')),
  -- What is no regular expression fails to compile here, and not in a conversation.
  constraint document_fields_label_is_pattern check (
    label is null or length(label) <= 200 and label !~ e'\\\\[1-9]' and ('' ~ label) is not null
  ),
  constraint document_fields_value_is_pattern check (
    length(value) <= 200 and value !~ e'\\\\[1-9]' and ('' ~ value) is not null
  )
);

comment on table wa.document_fields is
'Rules by which wa.find_document_fields finds fields among the lines that OCR read. Flows declare them (documents in flow.sql). Patterns are code: who writes them is who writes steps, and never a user.';
comment on column wa.document_fields.document is 'The kind of document: the flow''s prefix, and its name in the declaration.';
comment on column wa.document_fields.position is 'Of several rules for a field the first that finds a valid value counts.';
comment on column wa.document_fields.label is
'A regular expression for what stands before the value, whatever case and accents. Null: the value is told by its pattern alone.';
comment on column wa.document_fields.value is 'A regular expression for the value, whatever its case: the first match counts.';
comment on column wa.document_fields.place is
'Where the value is: right of the label on its line, below it, beside it (right or else below), or anywhere on the page.';
comment on column wa.document_fields.value_check is
'What makes a value valid: text (anything), date, number, vin (17 characters of a vehicle), luhn (digits with a check digit).';

alter table wa.document_fields enable row level security;
create policy document_fields_read on wa.document_fields for select to wa_runtime using (true);
grant select on wa.document_fields to wa_runtime;
