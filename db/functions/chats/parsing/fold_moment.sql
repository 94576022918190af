create or replace function wa.fold_moment(p_text text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select ' ' || btrim(
    regexp_replace(
      regexp_replace(lower(normalize(p_text, nfd)), e'[\\u0300-\\u036f\\u200b-\\u200f\\ufe0f\\ufeff]', '', 'g'),
      e'[[:space:],;!?()''’\\u00a0\\u202f]+', ' ', 'g'
    ),
    ' .'
  ) || ' '
$$;

comment on function wa.fold_moment is
'A day and time as they are read: lower case, without accents, in words between single spaces, of which one begins and one ends it, without a full stop. Unlike wa.fold_text it keeps what parts 14/12 and 8:30.';
