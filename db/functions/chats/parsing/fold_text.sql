create or replace function wa.fold_text(p_text text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when char_length(p_text) <= 100 then btrim(
      regexp_replace(
        regexp_replace(lower(normalize(p_text, nfd)), e'[\\u0300-\\u036f\\u200b-\\u200f\\ufe0f\\ufeff]', '', 'g'),
        e'[[:space:][:punct:]\\u00a0\\u00a1\\u00ab\\u00bb\\u00bf\\u2010-\\u205f\\u3000-\\u303f]+', ' ', 'g'
      )
    )
  end;
end
$$;

comment on function wa.fold_text is
'A text as keywords are compared: lower case, without accents and punctuation. Null for a text of more than 100 characters: that is no keyword.';
