-- A setting says what it takes: the trigger that wa.check_setting is for keeps it, with an error that says what to do.
alter table wa.settings
add column value_type text,
add column minimum numeric,
add column maximum numeric,
add column choices jsonb,
add column pattern text,
-- squawk-ignore adding-field-with-default
add column default_locale text generated always as (
  case when key = 'default_locale' then value #>> '{}' end
) stored,
-- squawk-ignore constraint-missing-not-valid
add constraint settings_value_type_is_known check (
  value_type in ('number', 'integer', 'string', 'array', 'boolean', 'object')
),
-- squawk-ignore constraint-missing-not-valid
add constraint settings_bounds_are_in_order check (minimum <= maximum),
-- squawk-ignore constraint-missing-not-valid
add constraint settings_choices_are_an_array check (jsonb_typeof(choices) = 'array'),
-- squawk-ignore constraint-missing-not-valid,adding-foreign-key-constraint
add constraint settings_default_locale_fkey foreign key (default_locale) references wa.locales (locale);

-- squawk-ignore require-concurrent-index-creation
create index settings_default_locale_idx on wa.settings (default_locale);
comment on index wa.settings_default_locale_idx is 'For the foreign key: whether a locale that goes is the default one.';

comment on column wa.settings.value_type is
'What value is: number, integer, string, array, boolean or object. Null: what it was at first.';
comment on column wa.settings.minimum is 'Of a number. Its unit is the end of the key.';
comment on column wa.settings.maximum is 'Of a number. Its unit is the end of the key.';
comment on column wa.settings.choices is 'An array of the values that it may have. Null: any.';
comment on column wa.settings.pattern is 'A regular expression that a string, or every member of an array, matches.';
comment on column wa.settings.default_locale is
'The value of that setting, null in all other rows: there so that the language of new profiles is one of wa.locales.';

-- Their rules are columns now.
alter table wa.settings
-- squawk-ignore ban-drop-constraint
drop constraint settings_days_are_positive,
-- squawk-ignore ban-drop-constraint
drop constraint settings_seconds_are_not_negative,
-- squawk-ignore ban-drop-constraint
drop constraint settings_events_outlive_meta_retries,
-- squawk-ignore ban-drop-constraint
drop constraint settings_prefixes_are_an_array,
-- squawk-ignore ban-drop-constraint
drop constraint settings_pace_is_not_negative,
-- squawk-ignore ban-drop-constraint
drop constraint settings_read_receipts_is_known,
-- squawk-ignore ban-drop-constraint
drop constraint settings_bot_number_is_e164,
-- squawk-ignore ban-drop-constraint
drop constraint settings_default_currency_is_iso_4217,
-- squawk-ignore ban-drop-constraint
drop constraint settings_tries_are_whole_and_positive;

update wa.settings as setting
set value_type = rule.value_type, minimum = rule.minimum, maximum = rule.maximum
from (
  values
  ('alert_max_attempts', 'integer', 1, 1000),
  ('alert_repeat_seconds', 'number', 0, 86400),
  ('alerts_ttl_days', 'number', 1, 3650),
  ('basket_join_tries', 'integer', 1, 1000),
  ('basket_join_window_seconds', 'number', 1, 604800),
  ('blocked_recheck_seconds', 'number', 1, 86400),
  ('events_ttl_days', 'number', 8, 3650),
  ('in_doubt_seconds', 'number', 0, 86400),
  ('invalid_sender_spike_count', 'integer', 1, 1000000),
  ('invalid_sender_spike_seconds', 'number', 1, 86400),
  ('kept_payloads_ttl_days', 'number', 8, 3650),
  ('logs_ttl_days', 'number', 1, 3650),
  ('media_ttl_days', 'number', 0, 30),
  ('notifications_ttl_days', 'number', 1, 3650),
  ('number_burst_seconds', 'number', 1, 3600),
  ('number_rate_per_second', 'number', 0, 10000),
  ('pair_burst', 'integer', 1, 1000),
  ('pair_interval_seconds', 'number', 0, 3600),
  ('retention_interval_seconds', 'number', 60, 604800),
  ('service_window_margin_seconds', 'number', 0, 43200),
  ('template_recheck_seconds', 'number', 1, 86400),
  ('upgraded_number_rate_per_second', 'integer', 1, 10000)
) as rule (key, value_type, minimum, maximum)
where setting.key = rule.key;

update wa.settings as setting
set value_type = rule.value_type, pattern = rule.pattern, choices = rule.choices
from (
  values
  ('allowed_phone_prefixes', 'array', '^\+?[1-9][0-9]{0,6}$', null),
  ('bot_number_e164', 'string', '^(\+[1-9][0-9]{6,14})?$', null),
  ('default_currency', 'string', '^[A-Z]{3}$', null),
  ('default_locale', 'string', '^[a-z]{2}(-[A-Z]{2})?$', null),
  ('read_receipts', 'string', null, '["none", "read", "typing"]'::jsonb)
) as rule (key, value_type, pattern, choices)
where setting.key = rule.key;

-- What a setting takes is not the operator's to change.
revoke update on wa.settings from wa_operator_role;
grant update (value) on wa.settings to wa_operator_role;
