create table wa.locales (
  locale text not null,
  name text not null,
  constraint locales_pkey primary key (locale),
  constraint locales_locale_is_a_language_tag check (locale ~ '^[a-z]{2}(-[A-Z]{2})?$')
);

comment on table wa.locales is 'The languages that profiles and texts can have. A new language is a row here and its rows in wa.texts.';
comment on column wa.locales.name is 'The language''s name in that language, as the user is offered it.';

alter table wa.locales enable row level security;
create policy locales_read on wa.locales for select to wa_runtime using (true);
create policy locales_operate on wa.locales for select to wa_operator_role using (true);
grant select on wa.locales to wa_runtime, wa_operator_role;

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

create index texts_locale_idx on wa.texts (locale);

comment on index wa.texts_locale_idx is 'The texts of a language.';

alter table wa.texts enable row level security;
create policy texts_read on wa.texts for select to wa_runtime, wa_operator_role using (true);
-- Operators say what the bot says. A new text comes with the flow that uses it.
create policy texts_operate on wa.texts for update to wa_operator_role using (true) with check (true);
grant select on wa.texts to wa_runtime;
grant select, update (body) on wa.texts to wa_operator_role;

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
grant select on wa.missing_translations to wa_operator_role;
