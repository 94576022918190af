insert into wa.account_events (field, event, effect, description) values
('account_update', 'DISABLED_UPDATE', 'pause_queue', 'The account is banned, or will be.'),
('account_update', 'DISABLED_UPDATE/REINSTATE', 'alert', 'A ban has ended. Resume the queue by hand.'),
(
  'account_update', 'ACCOUNT_RESTRICTION', 'alert',
  'A warning, the end of a restriction, or a restriction of a kind that is not listed.'
),
(
  'account_update', 'ACCOUNT_RESTRICTION/RESTRICTED_ADD_PHONE_NUMBER_ACTION', 'alert',
  'No business numbers may be added. Sending is not restricted.'
),
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
(
  'account_update', 'ACCOUNT_VIOLATION', 'alert',
  'A policy of Meta is violated. Meta enforces it by a restriction or a ban.'
),
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
('template_category_update', '*', 'alert', 'A template''s category, and with it its price, changed.'),
('flows', 'FLOW_STATUS_CHANGE/BLOCKED', 'alert', 'A WhatsApp Flow is blocked: messages that open it fail.'),
('flows', 'FLOW_STATUS_CHANGE/THROTTLED', 'alert', 'A WhatsApp Flow is throttled: ten messages an hour may open it.'),
(
  'template_correct_category_detection', '*', 'alert',
  'Direct Send was used in the wrong category. Restrictions of the account follow.'
);
