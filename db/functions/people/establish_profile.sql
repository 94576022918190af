create or replace function wa.establish_profile(
  p_phone text,
  p_bsuid text,
  p_parent_bsuid text default null,
  p_display_name text default null
)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_by_bsuid public.profiles;
  v_by_phone public.profiles;
  v_user_id uuid;
begin
  v_by_bsuid := wa.find_profile(null, p_bsuid, p_parent_bsuid);
  v_by_phone := wa.find_profile(p_phone, null);

  if v_by_bsuid.user_id is null and v_by_phone.user_id is null then
    return wa.create_profile(p_phone, p_bsuid, p_parent_bsuid, p_display_name);
  end if;

  if v_by_bsuid.wa_user_id <> p_bsuid then
    -- An id that the profile no longer goes by: the number beside it may be as old.
    perform wa.attach_identity(v_by_bsuid.user_id, null, p_bsuid, p_parent_bsuid);
    return v_by_bsuid.user_id;
  end if;

  if v_by_phone.user_id <> v_by_bsuid.user_id and v_by_phone.wa_user_id is null then
    v_user_id := wa.merge_profiles(v_by_phone.user_id, v_by_bsuid.user_id);
  elsif v_by_phone.user_id is distinct from v_by_bsuid.user_id and v_by_phone.wa_user_id <> p_bsuid then
    -- Another active BSUID holds this number and nothing links the two: the number was recycled.
    perform wa.detach_phone(v_by_phone);

    if v_by_bsuid.user_id is null then
      return wa.create_profile(p_phone, p_bsuid, p_parent_bsuid, p_display_name);
    end if;
    v_user_id := v_by_bsuid.user_id;
  elsif p_bsuid is null then
    v_user_id := coalesce(v_by_phone.user_id, v_by_bsuid.user_id);
  else
    v_user_id := coalesce(v_by_bsuid.user_id, v_by_phone.user_id);
  end if;

  perform wa.attach_identity(v_user_id, p_phone, p_bsuid, p_parent_bsuid);
  return v_user_id;
end
$$;

comment on function wa.establish_profile is
'The profile of a sender named by a number, a BSUID or both, which the payload pairs: found, completed, created, or merged from two. The same number with another active BSUID starts a new profile. The caller holds the locks.';
