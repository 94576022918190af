create or replace function wa.fold_consent_word()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  -- What is too long to be folded meets the constraint that says so.
  new.word := coalesce(wa.fold_text(new.word), new.word);
  return new;
end
$$;

alter function wa.fold_consent_word owner to wa_runtime;

comment on function wa.fold_consent_word is
'Stores a consent word as messages are compared with it.';

create or replace trigger consent_words_fold
before insert or update of word on wa.consent_words
for each row execute function wa.fold_consent_word();

comment on trigger consent_words_fold on wa.consent_words is
'A word is added as people write it: "Se désabonner", "STOP !".';
