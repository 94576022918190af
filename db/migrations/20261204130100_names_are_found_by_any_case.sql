-- On a large table run it by hand first, with "concurrently": here it then finds nothing to do.
-- squawk-ignore require-concurrent-index-creation
create index if not exists profiles_folded_name_idx on public.profiles
using gin (
  to_tsvector(
    'pg_catalog.simple',
    lower(normalize(regexp_replace(normalize(display_name, nfkd), e'[\u0300-\u036f]+', '', 'g'), nfc))
  )
);
comment on index public.profiles_folded_name_idx is
'Looking people up by the beginning of any word of their name, whatever its case and accents.';

-- squawk-ignore require-concurrent-index-deletion
drop index if exists public.profiles_display_name_idx;
