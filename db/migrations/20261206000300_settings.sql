create table wa.settings (
  key text not null,
  value jsonb not null,
  description text not null,
  value_type text,
  minimum numeric,
  maximum numeric,
  choices jsonb,
  pattern text,
  updated_at timestamptz not null default now(),
  default_locale text generated always as (
    case when key = 'default_locale' then value #>> '{}' end
  ) stored,
  constraint settings_pkey primary key (key),
  constraint settings_key_is_snake_case check (key ~ '^[a-z][a-z0-9_]*$'),
  constraint settings_value_is_not_null check (jsonb_typeof(value) <> 'null'),
  constraint settings_value_type_is_known check (
    value_type in ('number', 'integer', 'string', 'array', 'boolean', 'object')
  ),
  constraint settings_bounds_are_in_order check (minimum <= maximum),
  constraint settings_choices_are_an_array check (jsonb_typeof(choices) = 'array'),
  constraint settings_default_locale_fkey foreign key (default_locale) references wa.locales (locale)
);

comment on table wa.settings is
'How the SQL behaves. Change a row with update; the unit is the end of the key. Processes have environment variables instead.';
comment on column wa.settings.value is 'A JSON number, string, boolean or array, as the description says.';
comment on column wa.settings.value_type is
'What value is: number, integer, string, array, boolean or object. Null: what it was at first.';
comment on column wa.settings.minimum is 'Of a number. Its unit is the end of the key.';
comment on column wa.settings.maximum is 'Of a number. Its unit is the end of the key.';
comment on column wa.settings.choices is 'An array of the values that it may have. Null: any.';
comment on column wa.settings.pattern is 'A regular expression that a string, or every member of an array, matches.';
comment on column wa.settings.default_locale is
'The value of that setting, null in all other rows: there so that the language of new profiles is one of wa.locales.';

create index settings_default_locale_idx on wa.settings (default_locale);

comment on index wa.settings_default_locale_idx is 'For the foreign key: whether a locale that goes is the default one.';

alter table wa.settings enable row level security;
create policy settings_read on wa.settings for select to wa_runtime, wa_basket_owner, wa_maintenance using (true);
create policy settings_operate on wa.settings to wa_operator_role using (true) with check (true);
-- What a setting takes is not the operator's to change.
grant select on wa.settings to wa_runtime, wa_basket_owner, wa_maintenance;
grant select, update (value) on wa.settings to wa_operator_role;
