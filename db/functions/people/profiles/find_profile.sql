create or replace function wa.find_profile(
  p_phone text,
  p_bsuid text,
  p_parent_bsuid text default null,
  p_sent_at timestamptz default now()
)
returns public.profiles
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_profile public.profiles;
  v_former public.profiles;
begin
  if p_bsuid is not null then
    select profile.* into v_profile
    from public.profiles as profile
    where profile.wa_user_id = p_bsuid;
  end if;

  if v_profile.user_id is null and p_phone is not null then
    select profile.* into v_profile
    from public.profiles as profile
    where profile.phone_lookup_key = wa.phone_lookup_key(p_phone);
  end if;

  -- Whoever has the number now may not have had it then.
  if v_profile.user_id is null or (p_bsuid is null and p_sent_at < v_profile.phone_at) then
    select profile.* into v_former
    from public.profiles as profile
    where profile.user_id = (
      select alias.user_id
      from wa.profile_aliases as alias
      where (alias.kind = 'bsuid' and alias.value = p_bsuid)
        or (alias.kind = 'parent_bsuid' and alias.value = p_parent_bsuid and v_profile.user_id is null)
        or (
          alias.kind = 'phone'
          and alias.value = wa.phone_lookup_key(p_phone)
          and (p_sent_at < alias.left_at or (alias.left_at is null and v_profile.user_id is null))
        )
      -- Not by what an index has: a plan that was made for few aliases would read all.
      order by array_position('{bsuid,parent_bsuid,phone}', alias.kind)
      limit 1
    );

    if v_former.user_id is not null then
      return v_former;
    end if;
  end if;

  return v_profile;
end
$$;

comment on function wa.find_profile is
'The profile that goes by this BSUID or number, or went by this BSUID before, or has this parent BSUID, or went by this number when something was sent at p_sent_at; a row of nulls when there is none.';

grant execute on function wa.find_profile to wa_runtime, wa_privacy;
