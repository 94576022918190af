alter table wa.locales add column is_offered boolean not null default true;

comment on column wa.locales.is_offered is
'Whether users are offered it, and flows are expected to speak it. False: a language that this bot leaves out, of those that every database begins with.';

create or replace view wa.missing_translations with (security_invoker = true) as
select
  text_key.key,
  locale.locale
from (select distinct text.key from wa.texts as text) as text_key
cross join wa.locales as locale
where
  locale.is_offered
  and not exists (
    select from wa.texts as text
    where text.key = text_key.key and text.locale = locale.locale
  );

comment on view wa.missing_translations is
'The texts that a language lacks which users are offered: they read them in the default language until their rows are in wa.texts.';
