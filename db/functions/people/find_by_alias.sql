create or replace function wa.find_by_alias(p_bsuids text[], p_parent_bsuids text[])
returns uuid[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select array_agg(distinct alias.user_id)
  from wa.profile_aliases as alias
  where (alias.kind = 'bsuid' and alias.value = any(p_bsuids))
    or (alias.kind = 'parent_bsuid' and alias.value = any(p_parent_bsuids))
$$;

comment on function wa.find_by_alias is
'The profiles that once went by one of these BSUIDs, or have one of these parent BSUIDs.';
