create or replace function wa.describe_member_count(p_count integer, p_locale text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select wa.get_text(
    case when p_count = 1 then 'basket.members_one' else 'basket.members_many' end,
    p_locale,
    jsonb_build_object('count', p_count)
  )
$$;

comment on function wa.describe_member_count is
'A number of members in words.';
