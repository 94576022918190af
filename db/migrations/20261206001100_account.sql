create table wa.account_events (
  field text not null,
  event text not null,
  effect text not null,
  description text not null,
  constraint account_events_pkey primary key (field, event),
  constraint account_events_effect_is_known check (
    effect in ('pause_queue', 'hold_template', 'release_template', 'raise_rate', 'alert', 'none')
  )
);

comment on table wa.account_events is
'What Meta''s webhooks about the account, its numbers and its templates bring about. Changing an effect is an update of a row; a field that is not here is only logged.';
comment on column wa.account_events.field is 'The webhook field.';
comment on column wa.account_events.event is
'The event (or decision, alert type, new quality score, new or correct category), with a slash and its kind where it has one, such as DISABLED_UPDATE/REINSTATE: each restriction or the state of a ban, else the violation or the new status. *: any other.';
comment on column wa.account_events.effect is
'pause_queue: nothing is sent until wa_queue_resume() or until Meta''s restriction expires. hold_template and release_template: its messages wait, or go on. raise_rate: the business number sends faster. All but release_template, raise_rate and none raise an alert.';

alter table wa.account_events enable row level security;
create policy account_events_read on wa.account_events for select to wa_runtime using (true);
create policy account_events_operate on wa.account_events to wa_operator_role using (true) with check (true);
grant select on wa.account_events to wa_runtime;
grant select, insert, update on wa.account_events to wa_operator_role;

create table wa.message_templates (
  name text not null,
  language text not null,
  category text,
  status text,
  status_at timestamptz not null default '-infinity',
  is_held boolean not null default false,
  constraint message_templates_pkey primary key (name, language),
  constraint message_templates_language_has_no_hyphen check (language not like '%-%')
);

comment on table wa.message_templates is
'What Meta''s webhooks have told of message templates. A template that is not here may be sent. is_held and category may be changed by hand: set is_held to false and what waited goes on.';
comment on column wa.message_templates.language is
'As in the message, template.language.code, with an underscore: en_US, also where a message or a webhook says en-US.';
comment on column wa.message_templates.category is
'MARKETING, UTILITY or AUTHENTICATION. Null: unknown; then Meta alone refuses it to users who stopped marketing.';
comment on column wa.message_templates.status is 'The latest event of message_template_status_update that held it or let it go.';
comment on column wa.message_templates.status_at is 'When that happened, by Meta''s clock: events arrive in any order.';
comment on column wa.message_templates.is_held is 'Queued messages with this template wait.';

alter table wa.message_templates enable row level security;
create policy message_templates_runtime on wa.message_templates to wa_runtime using (true) with check (true);
create policy message_templates_operate on wa.message_templates to wa_operator_role using (true) with check (true);
grant select, insert, update on wa.message_templates to wa_runtime, wa_operator_role;

create table wa.marketing_preferences (
  user_id uuid not null,
  is_stopped boolean not null,
  changed_at timestamptz not null default now(),
  constraint marketing_preferences_pkey primary key (user_id)
);

comment on table wa.marketing_preferences is
'Users who told Meta to stop or resume marketing messages. While stopped, templates whose category in wa.message_templates is MARKETING are cancelled instead of sent; everything else goes out.';
comment on column wa.marketing_preferences.user_id is
'Of public.profiles. No foreign key: its check would lock the profile, out of the lock order.';
comment on column wa.marketing_preferences.changed_at is 'By Meta''s clock: webhooks arrive in any order.';

alter table wa.marketing_preferences enable row level security;
create policy marketing_preferences_runtime on wa.marketing_preferences to wa_runtime using (true) with check (true);
create policy marketing_preferences_operate on wa.marketing_preferences
to wa_operator_role using (true) with check (true);
create policy marketing_preferences_privacy on wa.marketing_preferences to wa_privacy using (true);
grant select, insert, update, delete on wa.marketing_preferences to wa_runtime;
grant select, delete on wa.marketing_preferences to wa_privacy, wa_operator_role;
