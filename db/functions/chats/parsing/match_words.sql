create or replace function wa.match_words(p_key text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select '(?:' || string_agg(distinct word.pattern, '|') || ')'
    from wa.texts as text
    cross join lateral string_to_table(text.body, ',') as listed (word)
    cross join lateral (
      select regexp_replace(btrim(wa.fold_moment(listed.word)), '([^a-z0-9 ])', e'\\\\\\1', 'g') as pattern
    ) as word
    where text.key = p_key
  );
end
$$;

comment on function wa.match_words is
'A pattern of the words that commas part in a text, in every language that it is in, as wa.fold_moment leaves them.';
