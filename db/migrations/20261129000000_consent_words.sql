create table wa.consent_words (
  word text not null,
  locale text not null,
  action text not null,
  constraint consent_words_pkey primary key (word),
  constraint consent_words_word_is_not_empty check (word <> ''),
  constraint consent_words_word_is_short check (char_length(word) <= 100),
  constraint consent_words_locale_is_a_language check (locale ~ '^[a-z]{2,3}(_[A-Z]{2})?$'),
  constraint consent_words_action_is_known check (action in ('stop', 'start'))
);

comment on table wa.consent_words is
'The words by which users say that they want no messages, or want them again: typed, on a button, or under a picture. They are understood whatever the language of the profile, and go before every keyword of a flow.';
comment on column wa.consent_words.word is
'One or more words; stored without case, accents, apostrophes and punctuation, as they are compared.';
comment on column wa.consent_words.locale is
'The language that the word is taken from, such as fr or pt_BR: one that the bot speaks, or any other.';
comment on column wa.consent_words.action is 'stop: opts out. start: opts in again.';

alter table wa.consent_words enable row level security;
create policy consent_words_read on wa.consent_words for select to wa_runtime using (true);
create policy consent_words_operate on wa.consent_words to wa_operator_role using (true) with check (true);
grant select on wa.consent_words to wa_runtime;
grant select, insert, delete on wa.consent_words to wa_operator_role;

insert into wa.consent_words (word, locale, action) values
('stop', 'en', 'stop'),
('stop all', 'en', 'stop'),
('stopall', 'en', 'stop'),
('stop messages', 'en', 'stop'),
('stop marketing', 'en', 'stop'),
('stop marketing messages', 'en', 'stop'),
-- The label that Meta gives a template's button for it.
('stop promotions', 'en', 'stop'),
('stop receiving messages', 'en', 'stop'),
('unsubscribe', 'en', 'stop'),
('unsubscribe me', 'en', 'stop'),
('unsubscribe from all', 'en', 'stop'),
('opt out', 'en', 'stop'),
('optout', 'en', 'stop'),
('arret', 'fr', 'stop'),
('arreter', 'fr', 'stop'),
('arretez', 'fr', 'stop'),
('arreter les messages', 'fr', 'stop'),
('arreter les promotions', 'fr', 'stop'),
('arret des promotions', 'fr', 'stop'),
('stop promo', 'fr', 'stop'),
('stop promos', 'fr', 'stop'),
('stop pub', 'fr', 'stop'),
('stop aux promotions', 'fr', 'stop'),
('stopper les promotions', 'fr', 'stop'),
('ne plus recevoir', 'fr', 'stop'),
('desabonner', 'fr', 'stop'),
('desabonnez moi', 'fr', 'stop'),
('desabonnement', 'fr', 'stop'),
('desinscription', 'fr', 'stop'),
('desinscrire', 'fr', 'stop'),
('me desabonner', 'fr', 'stop'),
('me desinscrire', 'fr', 'stop'),
('se desabonner', 'fr', 'stop'),
('se desinscrire', 'fr', 'stop'),
('start', 'en', 'start'),
('start again', 'en', 'start'),
('unstop', 'en', 'start'),
('subscribe', 'en', 'start'),
('resubscribe', 'en', 'start'),
('opt in', 'en', 'start'),
('optin', 'en', 'start'),
('reprendre', 'fr', 'start'),
('recommencer', 'fr', 'start'),
('m abonner', 'fr', 'start'),
('s abonner', 'fr', 'start'),
('me reabonner', 'fr', 'start'),
('se reabonner', 'fr', 'start'),
('reabonnement', 'fr', 'start');

-- Words that somebody has added to those of the first conversation.
insert into wa.consent_words (word, locale, action)
select
  entry.value as word,
  coalesce(replace(entry.locale, '-', '_'), 'en') as locale,
  case entry.to_state when 'unsubscribe' then 'stop' else 'start' end as action
from wa.flow_entries as entry
where
  entry.kind = 'keyword'
  and entry.to_state in ('unsubscribe', 'subscribe')
  and entry.value <> ''
  and char_length(entry.value) <= 100
on conflict (word) do nothing;

delete from wa.flow_entries
where flow_entries.kind = 'keyword' and flow_entries.to_state in ('unsubscribe', 'subscribe');
