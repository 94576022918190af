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
'The event (or decision, alert type, new quality score), with a slash and its kind where it has one, such as DISABLED_UPDATE/REINSTATE. *: any other.';
comment on column wa.account_events.effect is
'pause_queue: nothing is sent until wa_queue_resume() or until Meta''s restriction expires. hold_template and release_template: its messages wait, or go on. raise_rate: the business number sends faster. All but release_template, raise_rate and none raise an alert.';

insert into wa.account_events (field, event, effect, description) values
('account_update', 'DISABLED_UPDATE', 'pause_queue', 'The account is banned, or will be.'),
('account_update', 'DISABLED_UPDATE/REINSTATE', 'alert', 'A ban has ended. Resume the queue by hand.'),
('account_update', 'ACCOUNT_RESTRICTION', 'pause_queue', 'The account may not send for a while.'),
(
  'account_update', 'ACCOUNT_RESTRICTION/RESTRICTED_ADD_PHONE_NUMBER_ACTION', 'alert',
  'No business numbers may be added. Sending is not restricted.'
),
('account_update', 'ACCOUNT_VIOLATION', 'pause_queue', 'The account violates a policy of Meta.'),
('account_update', 'ACCOUNT_DELETED', 'pause_queue', 'The account is deleted.'),
('account_update', 'ACCOUNT_OFFBOARDED', 'pause_queue', 'The account has left the Cloud API.'),
('account_update', 'ACCOUNT_RECONNECTED', 'alert', 'The account is back. Resume the queue by hand.'),
('account_update', 'VERIFIED_ACCOUNT', 'none', 'The account is verified.'),
('account_update', 'PARTNER_ADDED', 'none', 'The account is shared with a partner.'),
('account_update', 'PARTNER_APP_INSTALLED', 'none', 'A partner''s app has got permissions.'),
('account_update', 'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE', 'none', 'About prices.'),
('account_update', 'VOLUME_BASED_PRICING_TIER_UPDATE', 'none', 'About prices.'),
('account_update', 'BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE', 'none', 'The country of the business changed.'),
('account_update', 'MM_LITE_TERMS_SIGNED', 'none', 'Terms were accepted.'),
('account_update', 'AD_ACCOUNT_LINKED', 'none', 'An ad account was linked.'),
('account_update', '*', 'alert', 'Something else about the account.'),
('account_alerts', '*', 'alert', 'Meta warns about limits, verification or the profile.'),
('account_review_update', 'APPROVED', 'none', 'The account passed its review.'),
('account_review_update', '*', 'alert', 'The account did not pass its review.'),
('phone_number_name_update', 'APPROVED', 'none', 'A display name was approved.'),
('phone_number_name_update', '*', 'alert', 'A display name was not approved.'),
('phone_number_quality_update', 'FLAGGED', 'alert', 'A business number''s quality is low.'),
('phone_number_quality_update', 'DOWNGRADE', 'alert', 'A business number''s limit was lowered.'),
('phone_number_quality_update', 'THROUGHPUT_UPGRADE', 'raise_rate', 'A business number may send faster.'),
('phone_number_quality_update', '*', 'none', 'The quality is better, or the limit higher.'),
('business_capability_update', '*', 'none', 'How many users the business may write to first.'),
('security', '*', 'alert', 'The two-step verification PIN of a number was changed or asked for.'),
('message_template_status_update', 'PAUSED', 'hold_template', 'Paused for low quality; Meta approves it again.'),
('message_template_status_update', 'DISABLED', 'hold_template', 'Disabled for good.'),
('message_template_status_update', 'REJECTED', 'hold_template', 'Rejected in its review.'),
('message_template_status_update', 'ARCHIVED', 'hold_template', 'Archived.'),
('message_template_status_update', 'DELETED', 'hold_template', 'Deleted.'),
('message_template_status_update', 'PENDING_DELETION', 'hold_template', 'About to be deleted.'),
('message_template_status_update', 'LOCKED', 'hold_template', 'Locked.'),
('message_template_status_update', 'APPROVED', 'release_template', 'Approved.'),
('message_template_status_update', 'REINSTATED', 'release_template', 'Approved again.'),
('message_template_status_update', 'UNARCHIVED', 'release_template', 'No longer archived.'),
('message_template_status_update', 'UNLOCKED', 'release_template', 'No longer locked.'),
('message_template_status_update', 'PENDING', 'none', 'In review.'),
('message_template_status_update', 'IN_APPEAL', 'none', 'A rejection is appealed.'),
('message_template_status_update', '*', 'alert', 'Something else about a template.'),
('message_template_quality_update', 'GREEN', 'none', 'A template''s quality is high.'),
('message_template_quality_update', 'UNKNOWN', 'none', 'A template''s quality is not known yet.'),
('message_template_quality_update', '*', 'alert', 'A template''s quality is low; Meta may pause it.'),
('template_category_update', '*', 'alert', 'A template''s category, and with it its price, changed.');

create table wa.message_templates (
  name text not null,
  language text not null,
  category text,
  status text,
  status_at timestamptz not null default '-infinity',
  is_held boolean not null default false,
  constraint message_templates_pkey primary key (name, language)
);

comment on table wa.message_templates is
'What Meta''s webhooks have told of message templates. A template that is not here may be sent. is_held and category may be changed by hand: set is_held to false and what waited goes on.';
comment on column wa.message_templates.language is 'As in the message: template.language.code.';
comment on column wa.message_templates.category is
'MARKETING, UTILITY or AUTHENTICATION. Null: unknown; then Meta alone refuses it to users who stopped marketing.';
comment on column wa.message_templates.status is 'The latest event of message_template_status_update that held it or let it go.';
comment on column wa.message_templates.status_at is 'When that happened, by Meta''s clock: events arrive in any order.';
comment on column wa.message_templates.is_held is 'Queued messages with this template wait.';

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

alter table wa.number_pace
add column rate_per_second integer,
add constraint number_pace_rate_is_positive check (rate_per_second > 0) not valid;

alter table wa.queue_state add column account_event_at timestamptz not null default '-infinity';

comment on column wa.queue_state.account_event_at is
'When the account event happened, by Meta''s clock, that last paused the queue: Meta may deliver it again after an operator has resumed.';

comment on column wa.number_pace.rate_per_second is
'What this business number may send. Null: the setting number_rate_per_second.';

alter table public.notifications
-- squawk-ignore ban-drop-constraint
drop constraint notifications_waiting_for_is_known,
add constraint notifications_waiting_for_is_known check (waiting_for in ('user', 'template')) not valid;

comment on column public.notifications.waiting_for is
'user: held until the user writes again, since the 24-hour window is closed. template: held while wa.message_templates says so; looked at again at next_attempt_at.';

insert into wa.settings (key, value, description) values
('template_recheck_seconds', '3600', 'When a message whose template is held is looked at unasked.'),
('upgraded_number_rate_per_second', '1000', 'The rate of a business number after Meta''s THROUGHPUT_UPGRADE.');

insert into wa.alert_kinds (kind, level, meaning, next_step) values
(
  'account_warning', 'error', 'Meta reports trouble with the account, a business number or a template.',
  'Look at WhatsApp Manager and at the webhook in webhook_logs: runbook section 4.'
),
(
  'template_held', 'warning', 'Meta no longer takes a template. Messages that use it wait.',
  'Mend it in WhatsApp Manager; approval lets them go, or do so by hand: runbook section 2.'
);

alter table wa.account_events enable row level security;
alter table wa.message_templates enable row level security;
alter table wa.marketing_preferences enable row level security;

create policy account_events_read on wa.account_events for select to wa_runtime using (true);
create policy message_templates_runtime on wa.message_templates to wa_runtime using (true) with check (true);
create policy marketing_preferences_runtime on wa.marketing_preferences to wa_runtime using (true) with check (true);
create policy account_events_operate on wa.account_events to wa_operator_role using (true) with check (true);
create policy message_templates_operate on wa.message_templates to wa_operator_role using (true) with check (true);
create policy marketing_preferences_operate on wa.marketing_preferences
to wa_operator_role using (true) with check (true);
create policy number_pace_operate on wa.number_pace for update to wa_operator_role using (true) with check (true);

grant select on wa.account_events to wa_runtime;
grant select, insert, update on wa.message_templates to wa_runtime;
grant select, insert, update, delete on wa.marketing_preferences to wa_runtime;
grant select, insert, update on wa.account_events to wa_operator_role;
grant select, insert, update on wa.message_templates to wa_operator_role;
grant select, delete on wa.marketing_preferences to wa_operator_role;
grant update (rate_per_second) on wa.number_pace to wa_operator_role;
