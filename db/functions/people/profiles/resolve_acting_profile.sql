create or replace function wa.resolve_acting_profile(p_profile_id uuid)
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id uuid;
begin
  with recursive pointer as (
    select profile.user_id, profile.merged_into, profile.erased_at
    from public.profiles as profile
    where profile.user_id = p_profile_id
    union
    select survivor.user_id, survivor.merged_into, survivor.erased_at
    from pointer
    inner join public.profiles as survivor on survivor.user_id = pointer.merged_into
  )

  select pointer.user_id into v_user_id
  from pointer
  where pointer.merged_into is null and pointer.erased_at is null;

  if v_user_id is null then
    raise exception using
      errcode = 'WA020',
      message = 'the acting profile is unknown',
      detail = format('_profile_id is %s.', coalesce(p_profile_id::text, 'null')),
      hint = 'Pass the user_id of a row in public.profiles.';
  end if;
  return v_user_id;
end
$$;

comment on function wa.resolve_acting_profile is
'The profile that acts: the one named or, when it was merged into another, its survivor. Raises WA020 when there is none, or everything about the person was erased.';

grant execute on function wa.resolve_acting_profile to wa_runtime, wa_basket_owner;
