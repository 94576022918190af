create table wa.settings (
  key text not null,
  value jsonb not null,
  description text not null,
  updated_at timestamptz not null default now(),
  constraint settings_pkey primary key (key),
  constraint settings_key_is_snake_case check (key ~ '^[a-z][a-z0-9_]*$'),
  constraint settings_value_is_not_null check (jsonb_typeof(value) <> 'null'),
  constraint settings_days_are_positive check (
    key not like '%\_days' or (jsonb_typeof(value) = 'number' and (value #>> '{}')::numeric > 0)
  ),
  constraint settings_seconds_are_not_negative check (
    key not like '%\_seconds' or (jsonb_typeof(value) = 'number' and (value #>> '{}')::numeric >= 0)
  ),
  constraint settings_events_outlive_meta_retries check (
    key <> 'events_ttl_days' or (value #>> '{}')::numeric >= 8
  ),
  constraint settings_prefixes_are_an_array check (
    key <> 'allowed_phone_prefixes' or jsonb_typeof(value) = 'array'
  ),
  constraint settings_pace_is_not_negative check (
    key not in ('number_rate_per_second', 'pair_burst')
    or (jsonb_typeof(value) = 'number' and (value #>> '{}')::numeric >= 0)
  ),
  constraint settings_read_receipts_is_known check (
    key <> 'read_receipts' or value in ('"none"', '"read"', '"typing"')
  )
);

comment on table wa.settings is
'How the SQL behaves. Change a row with update; the unit is the end of the key. Processes have environment variables instead.';
comment on column wa.settings.value is 'A JSON number, string, boolean or array, as the description says.';
comment on constraint settings_events_outlive_meta_retries on wa.settings is
'Meta repeats a webhook for up to 7 days: an event forgotten earlier would be processed twice.';

insert into wa.settings (key, value, description) values
('default_locale', '"en"', 'Language of a new profile, and of a text that has no translation.'),
('allowed_phone_prefixes', '[]', 'Country codes that may write, such as ["250", "33"]. Empty: everybody.'),
('retention_interval_seconds', '21600', 'How long after one retention run the next one is due.'),
('events_ttl_days', '30', 'How long wa_events remembers a message id. At least 8: Meta repeats for 7.'),
('logs_ttl_days', '14', 'How long webhook_logs keeps a row.'),
('kept_payloads_ttl_days', '30', 'How long a payload that was replayed, or only had text replaced, is kept.');

alter table wa.settings enable row level security;
create policy settings_read on wa.settings for select to wa_runtime, wa_basket_owner, wa_maintenance using (true);
create policy settings_operate on wa.settings to wa_operator_role using (true) with check (true);

grant select on wa.settings to wa_runtime, wa_basket_owner, wa_maintenance;
grant usage on schema wa to wa_operator_role;
grant select, update on wa.settings to wa_operator_role;
