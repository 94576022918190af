create or replace function wa.find_by_alias(p_bsuids text[], p_parent_bsuids text[], p_phones text[] default null)
returns uuid[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Not sorted: in their order a plan that was made for few aliases would read all.
  return array(
    select alias.user_id
    from wa.profile_aliases as alias
    where (alias.kind = 'bsuid' and alias.value = any(p_bsuids))
      or (alias.kind = 'parent_bsuid' and alias.value = any(p_parent_bsuids))
      or (
        alias.kind = 'phone'
        and alias.value = any(array(select wa.phone_lookup_key(phone) from unnest(p_phones) as phone))
      )
  );
end
$$;

comment on function wa.find_by_alias is
'The profiles that once went by one of these BSUIDs or numbers, or have one of these parent BSUIDs.';
