create or replace function wa.establish_profile(
  p_phone text,
  p_bsuid text,
  p_parent_bsuid text default null,
  p_display_name text default null,
  p_sent_at timestamptz default '-infinity'
)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_by_bsuid public.profiles;
  v_by_phone public.profiles;
  v_phone text := p_phone;
  v_user_id uuid;
begin
  v_by_bsuid := wa.find_profile(null, p_bsuid, p_parent_bsuid);
  v_by_phone := wa.find_profile(p_phone, null, null, p_sent_at);

  if v_by_bsuid.user_id is null and v_by_phone.user_id is null then
    return wa.create_profile(p_phone, p_bsuid, p_parent_bsuid, p_display_name, p_sent_at);
  end if;

  if v_by_bsuid.wa_user_id <> p_bsuid then
    -- An id that the profile no longer goes by: the number beside it may be as old.
    perform wa.attach_identity(v_by_bsuid.user_id, null, p_bsuid, p_parent_bsuid, p_sent_at);
    return v_by_bsuid.user_id;
  end if;

  if v_by_phone.user_id <> v_by_bsuid.user_id and v_by_phone.wa_user_id is null then
    if p_sent_at < v_by_bsuid.phone_at then
      -- Whose BSUID it is has another number by now, and nobody knows who has had this one since.
      v_phone := null;
      v_user_id := v_by_bsuid.user_id;
    else
      v_user_id := wa.merge_profiles(v_by_phone.user_id, v_by_bsuid.user_id);
    end if;
  elsif v_by_phone.user_id is distinct from v_by_bsuid.user_id and v_by_phone.wa_user_id <> p_bsuid then
    v_user_id := v_by_bsuid.user_id;

    if v_by_phone.phone_lookup_key is distinct from wa.phone_lookup_key(p_phone) then
      -- A number that this profile had when it was said: the BSUID is as old.
      if p_sent_at < v_by_phone.phone_at then
        v_phone := null;
        v_user_id := case
          when v_by_bsuid.user_id is null then v_by_phone.user_id
          else wa.merge_profiles(v_by_phone.user_id, v_by_bsuid.user_id)
        end;
      end if;
    elsif p_sent_at < v_by_phone.phone_at then
      -- Said before the number was recycled.
      v_phone := null;
    else
      -- Another active BSUID holds this number and nothing links the two: the number was recycled.
      perform wa.detach_phone(v_by_phone, p_sent_at);
    end if;

    if v_user_id is null then
      return wa.create_profile(v_phone, p_bsuid, p_parent_bsuid, p_display_name, p_sent_at);
    end if;
  elsif p_bsuid is null then
    v_user_id := coalesce(v_by_phone.user_id, v_by_bsuid.user_id);
  else
    v_user_id := coalesce(v_by_bsuid.user_id, v_by_phone.user_id);
  end if;

  perform wa.attach_identity(v_user_id, v_phone, p_bsuid, p_parent_bsuid, p_sent_at);
  return v_user_id;
end
$$;

comment on function wa.establish_profile is
'The profile of a sender named by a number, a BSUID or both, which a payload paired at p_sent_at (-infinity: not Meta''s): found, completed, created, or merged from two. The same number with another active BSUID starts a new profile, and takes the number unless a later pair is known. The caller holds the locks.';
