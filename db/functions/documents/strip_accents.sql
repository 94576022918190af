create or replace function wa.strip_accents(p_text text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return regexp_replace(normalize(p_text, nfd), e'[\\u0300-\\u036f]', '', 'g');
end
$$;

comment on function wa.strip_accents is
'A text without accents: as long as it was in normal form C, so that positions in one are positions in the other.';
