create or replace function wa.find_name_in(p_key text, p_word text)
returns integer
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select case when count(distinct name.position) = 1 then min(name.position) end
    from wa.texts as text
    cross join lateral string_to_table(text.body, ',') with ordinality as name (body, position)
    where text.key = p_key
      and char_length(p_word) >= 3
      and starts_with(btrim(wa.fold_moment(name.body)), rtrim(p_word, '.'))
  );
end
$$;

comment on function wa.find_name_in is
'Which of the names that commas part in a text a word is, in any language, written out or cut after three letters or more: its place, from 1. Null when it is none, or could be several.';
