create or replace function wa.describe_member_count(p_count integer, p_locale text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select wa.get_text('basket.members', p_locale, jsonb_build_object('count', p_count))
$$;

comment on function wa.describe_member_count is
'A number of members in words.';

-- What steps of before said, as rows that no declaration has.
delete from wa.texts
where key in ('basket.back', 'basket.cancel', 'basket.members_many', 'basket.members_one', 'basket.words_yes');
