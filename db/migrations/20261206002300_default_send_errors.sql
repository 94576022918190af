insert into wa.send_error_classes
(code, class, scope, first_delay_seconds, delay_factor, max_delay_seconds, max_retries, raises_alert, description)
values
('not_sent', 'retry', 'message', 5, 2, 300, 30, false, 'The connection failed before the request was written.'),
('in_doubt', 'in_doubt', 'message', 5, 2, 300, 5, false, 'The outcome is unknown: time-out, reset, or a lost worker.'),
('stale_media', 'retry', 'message', 1, 2, 60, 3, false, 'Meta no longer knows the uploaded media.'),
('unknown_code', 'retry', 'message', 30, 2, 3600, 5, true, 'A code that is not in this table.'),
('http_401', 'stop', 'account', 0, 2, 0, 0, true, 'Unauthorised, without a known code.'),
('http_403', 'stop', 'account', 0, 2, 0, 0, true, 'Forbidden, without a code.'),
('http_408', 'in_doubt', 'message', 5, 2, 300, 5, false, 'A proxy timed out; Meta may have accepted.'),
('http_429', 'wait', 'number', 5, 2, 60, 0, false, 'Too many requests, without a known code.'),
('http_502', 'in_doubt', 'message', 5, 2, 300, 5, false, 'A gateway failed; Meta may have accepted.'),
('http_504', 'in_doubt', 'message', 5, 2, 300, 5, false, 'A gateway timed out; Meta may have accepted.'),
('0', 'stop', 'account', 0, 2, 0, 0, true, 'The access token cannot be used.'),
('190', 'stop', 'account', 0, 2, 0, 0, true, 'The access token has expired.'),
('1', 'retry', 'message', 30, 2, 600, 3, false, 'Unknown API call or server fault.'),
('2', 'retry', 'message', 10, 2, 600, 8, false, 'Service down or overloaded.'),
('3', 'stop', 'account', 0, 2, 0, 0, true, 'The app lacks a capability.'),
('10', 'stop', 'account', 0, 2, 0, 0, true, 'A permission is missing or was removed.'),
('131005', 'stop', 'account', 0, 2, 0, 0, true, 'Access denied.'),
('4', 'wait', 'account', 60, 2, 900, 0, true, 'The app''s call limit is reached.'),
('80007', 'wait', 'account', 300, 2, 3600, 0, true, 'The WhatsApp business account''s call limit is reached.'),
('17', 'wait', 'message', 60, 2, 900, 0, false, 'A general limit of the Graph API.'),
('32', 'wait', 'message', 60, 2, 900, 0, false, 'A general limit of the Graph API.'),
('613', 'wait', 'message', 60, 2, 900, 0, false, 'A general limit of the Graph API.'),
('130429', 'wait', 'number', 1, 2, 60, 0, false, 'The business number sends too fast.'),
('131057', 'wait', 'number', 60, 2, 300, 0, false, 'The business number is in maintenance.'),
('131056', 'wait', 'message', 6, 4, 3600, 0, false, 'Too many messages to one user (pair limit).'),
('132015', 'wait', 'message', 10800, 2, 21600, 0, true, 'The template is paused.'),
('132069', 'wait', 'message', 3600, 2, 3600, 0, true, 'The Flow is throttled.'),
('134101', 'wait', 'message', 600, 2, 3600, 0, false, 'The template is still being synchronised.'),
('33', 'stop', 'account', 0, 2, 0, 0, true, 'The business number does not exist.'),
('368', 'stop', 'account', 0, 2, 0, 0, true, 'Blocked for a policy violation.'),
('131031', 'stop', 'account', 0, 2, 0, 0, true, 'The account is locked.'),
('131037', 'stop', 'account', 0, 2, 0, 0, true, 'The number''s display name is not approved.'),
('131042', 'stop', 'account', 0, 2, 0, 0, true, 'There is a problem with the payment method.'),
('131045', 'stop', 'account', 0, 2, 0, 0, true, 'The number is not registered correctly.'),
('131048', 'stop', 'account', 3600, 2, 3600, 0, true, 'The spam limit of the number is reached.'),
('133010', 'stop', 'account', 0, 2, 0, 0, true, 'The number is not registered.'),
('100', 'message', 'message', 0, 2, 0, 0, false, 'A parameter is wrong.'),
('131008', 'message', 'message', 0, 2, 0, 0, false, 'A parameter is missing.'),
('131009', 'message', 'message', 0, 2, 0, 0, false, 'A parameter''s value is wrong, or the message id is stale.'),
('131051', 'message', 'message', 0, 2, 0, 0, false, 'The message type is not supported.'),
('131053', 'message', 'message', 0, 2, 0, 0, false, 'The media was refused.'),
('131055', 'message', 'message', 0, 2, 0, 0, false, 'Not a marketing message.'),
('131062', 'message', 'message', 0, 2, 0, 0, false, 'This message may not go to a BSUID; it takes a phone number.'),
('131063', 'message', 'message', 0, 2, 0, 0, true, 'Marketing templates are disabled for the account.'),
('131064', 'message', 'message', 0, 2, 0, 0, true, 'The messaging limit for templates is reached.'),
('132000', 'message', 'message', 0, 2, 0, 0, true, 'The template takes another number of parameters.'),
('132001', 'message', 'message', 0, 2, 0, 0, true, 'The template does not exist in this language.'),
('132005', 'message', 'message', 0, 2, 0, 0, false, 'The filled template is too long.'),
('132007', 'message', 'message', 0, 2, 0, 0, true, 'The template violates the content policy.'),
('132008', 'message', 'message', 0, 2, 0, 0, true, 'A template parameter has a wrong value.'),
('132012', 'message', 'message', 0, 2, 0, 0, true, 'A template parameter has a wrong format.'),
('132016', 'message', 'message', 0, 2, 0, 0, true, 'The template is disabled for good.'),
('132068', 'message', 'message', 0, 2, 0, 0, true, 'The Flow is blocked.'),
('134011', 'message', 'message', 0, 2, 0, 0, true, 'The terms of WhatsApp Payments are not accepted.'),
('134100', 'message', 'message', 0, 2, 0, 0, false, 'Not a marketing message.'),
('131047', 'window', 'message', 0, 2, 0, 0, false, 'The 24-hour window is closed.'),
('130472', 'recipient', 'template', 0, 2, 0, 0, false, 'The user is part of an experiment on marketing messages.'),
('130497', 'recipient', 'recipient', 0, 2, 0, 0, true, 'The account may not write to this country.'),
('131020', 'message', 'message', 0, 2, 0, 0, false, 'The group is too small.'),
('131041', 'message', 'message', 0, 2, 0, 0, false, 'The group does not exist.'),
('131021', 'recipient', 'recipient', 0, 2, 0, 0, false, 'The recipient is the sender.'),
('131026', 'recipient', 'recipient', 0, 2, 0, 0, false, 'Undeliverable: not on WhatsApp, or an old version of it.'),
('131030', 'recipient', 'recipient', 0, 2, 0, 0, true, 'The recipient is not on the test number''s list.'),
('131049', 'recipient', 'template', 86400, 2, 86400, 0, false, 'Withheld by Meta to keep the ecosystem healthy.'),
('137000', 'recipient', 'recipient', 0, 2, 0, 0, false, 'The user''s identity key has changed.'),
('131000', 'retry', 'message', 10, 2, 600, 5, false, 'Something went wrong at Meta.'),
('131016', 'retry', 'message', 10, 2, 600, 8, false, 'A service is temporarily unavailable.'),
('133004', 'retry', 'message', 30, 2, 600, 8, false, 'The server is temporarily unavailable.'),
('135000', 'retry', 'message', 30, 2, 600, 1, false, 'Unspecified, probably a parameter.'),
(
  '131061', 'message', 'message', 30, 2, 3600, 8, true,
  'The template has a maximum price, and only /marketing_messages sends such: use a template without one.'
);

insert into wa.send_error_classes
(
  code, class, scope, first_delay_seconds, delay_factor, max_delay_seconds, max_retries, ends_when_user_writes,
  raises_alert, description
)
values
('131050', 'recipient', 'template', 0, 2, 0, 0, false, false, 'The user has stopped marketing messages.');

insert into wa.send_error_classes (code, class, scope, first_delay_seconds, raises_alert, description)
select
  code::text as code,
  'stop' as class,
  'account' as scope,
  0 as first_delay_seconds,
  true as raises_alert,
  'A permission is missing or was removed.' as description
from generate_series(200, 299) as permission_codes (code);
