update wa.account_events
set
  effect = 'alert',
  description = case event
    when 'ACCOUNT_VIOLATION' then 'A policy of Meta is violated. Meta enforces it by a restriction or a ban.'
    else 'A warning, the end of a restriction, or a restriction of a kind that is not listed.'
  end
where field = 'account_update' and event in ('ACCOUNT_RESTRICTION', 'ACCOUNT_VIOLATION') and effect = 'pause_queue';

-- A row that an operator has added says what the operator wants.
insert into wa.account_events (field, event, effect, description) values
(
  'account_update', 'ACCOUNT_RESTRICTION/RESTRICTED_BIZ_INITIATED_MESSAGING', 'pause_queue',
  'The business may write to nobody first.'
),
(
  'account_update', 'ACCOUNT_RESTRICTION/RESTRICTED_CUSTOMER_INITIATED_MESSAGING', 'pause_queue',
  'The business may answer nobody.'
),
('account_update', 'ACCOUNT_RESTRICTION/RESTRICTED_UTILITY_TEMPLATES', 'alert', 'No utility templates may be made.'),
(
  'account_update', 'ACCOUNT_RESTRICTION/RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES', 'alert',
  'No utility messages by Direct Send.'
),
('account_update', 'ACCOUNT_RESTRICTION/RESTRICTED_USER_INITIATED_CALLING', 'alert', 'Users cannot call.'),
(
  'account_update', 'ACCOUNT_RESTRICTION/RESTRICTED_USER_INITIATED_CALLING_CALL_BUTTON_HIDDEN', 'alert',
  'Users see no call button, since too few calls were answered.'
),
('account_update', 'ACCOUNT_RESTRICTION/RESTRICTED_BUSINESS_INITIATED_CALLING', 'alert', 'The business cannot call.'),
(
  'account_update', 'ACCOUNT_RESTRICTION/RESTRICTED_BIZ_INITIATED_AND_USER_INITIATED_CALLING', 'alert',
  'Nobody can call.'
),
(
  'account_update', 'ACCOUNT_RESTRICTION/DIRECT_SEND_UTILITY_CATEGORY_ABUSE_WARN', 'alert',
  'Direct Send was used in the wrong category. A restriction comes next.'
),
(
  'account_update', 'ACCOUNT_RESTRICTION/DIRECT_SEND_UTILITY_CATEGORY_ABUSE_UNBAN', 'alert',
  'Direct Send may be used again.'
),
('flows', 'FLOW_STATUS_CHANGE/BLOCKED', 'alert', 'A WhatsApp Flow is blocked: messages that open it fail.'),
('flows', 'FLOW_STATUS_CHANGE/THROTTLED', 'alert', 'A WhatsApp Flow is throttled: ten messages an hour may open it.'),
(
  'template_correct_category_detection', '*', 'alert',
  'Direct Send was used in the wrong category. Restrictions of the account follow.'
)
on conflict (field, event) do nothing;

comment on column wa.account_events.event is
'The event (or decision, alert type, new quality score, new or correct category), with a slash and its kind where it has one, such as DISABLED_UPDATE/REINSTATE: each restriction or the state of a ban, else the violation or the new status. *: any other.';

insert into wa.send_error_classes (code, class, raises_alert, description) values
(
  '131061', 'message', true,
  'The template has a maximum price, and only /marketing_messages sends such: use a template without one.'
)
on conflict (code) do nothing;

-- Of two ways to write one language, the row that Meta told of last stays.
delete from wa.message_templates
where (name, language) not in (
  select distinct on (template.name, replace(template.language, '-', '_'))
    template.name,
    template.language
  from wa.message_templates as template
  order by
    template.name asc, replace(template.language, '-', '_') asc, template.status_at desc, template.language desc
);

update wa.message_templates set language = replace(language, '-', '_')
where language like '%-%';

alter table wa.message_templates
add constraint message_templates_language_has_no_hyphen check (language not like '%-%') not valid;

comment on column wa.message_templates.language is
'As in the message, template.language.code, with an underscore: en_US, also where a message or a webhook says en-US.';
