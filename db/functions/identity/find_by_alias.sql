create or replace function wa.find_by_alias(p_phones text[], p_bsuids text[], p_parent_bsuids text[])
returns uuid[]
language sql
stable
set search_path = ''
as $$
  select array_agg(distinct alias.user_id)
  from wa.profile_aliases as alias
  where (alias.kind = 'bsuid' and alias.value = any(p_bsuids))
    or (alias.kind = 'parent_bsuid' and alias.value = any(p_parent_bsuids))
    or (
      alias.kind = 'phone'
      and alias.value = any(array(select wa.phone_lookup_key(phone) from unnest(p_phones) as phone))
    )
$$;

comment on function wa.find_by_alias(text[], text[], text[]) is
'The profiles that once went by one of these numbers or BSUIDs, or have one of these parent BSUIDs.';

revoke all on function wa.find_by_alias(text[], text[], text[]) from public;
grant execute on function wa.find_by_alias(text[], text[], text[]) to wa_runtime;
