create or replace function wa.search_people(p_search text, p_most integer)
returns uuid[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_words text;
begin
  begin
    return array[wa.find_person(p_search)];
  exception
    when sqlstate 'WA043' then
      null;
  end;

  select string_agg(quote_literal(word) || ':*', ' & ') into v_words
  from regexp_split_to_table(
    lower(normalize(regexp_replace(normalize(left(p_search, 200), nfkd), e'[\u0300-\u036f]+', '', 'g'), nfc)),
    e'[\\s!-/:-@\\[-`{-~]+'
  ) as word
  where word <> '';

  if v_words is null then
    return array[]::uuid[];
  end if;
  return array(
    select profile.user_id
    from public.profiles as profile
    -- As profiles_folded_name_idx has it.
    where to_tsvector(
      'pg_catalog.simple',
      lower(normalize(regexp_replace(normalize(profile.display_name, nfkd), e'[\u0300-\u036f]+', '', 'g'), nfc))
    ) @@ to_tsquery('pg_catalog.simple', v_words)
      and profile.merged_into is null
    limit p_most
  );
end
$$;

comment on function wa.search_people is
'Up to p_most people who are meant by what somebody typed: the one who goes by it (wa.find_person), else those in whose names each of the words begins a word, whatever its case and accents.';
