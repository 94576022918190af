create or replace function wa.link_address(p_addressed text, p_phone text, p_bsuid text, p_answered_at timestamptz)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_addressed constant public.profiles := wa.find_profile(p_addressed, null);
  v_answered constant public.profiles := wa.find_profile(p_phone, null);
  v_user_id uuid := v_addressed.user_id;
begin
  if v_addressed.user_id is null then
    return;
  end if;

  if v_addressed.wa_user_id <> v_answered.wa_user_id then
    -- The number that the one had leads to the other by now.
    perform wa.detach_phone(v_addressed, p_answered_at);
    v_user_id := v_answered.user_id;
  elsif v_addressed.user_id <> v_answered.user_id then
    v_user_id := wa.merge_profiles(v_addressed.user_id, v_answered.user_id);
  end if;

  update public.profiles as profile
  set whatsapp_e164 = p_phone, phone_at = greatest(profile.phone_at, p_answered_at), updated_at = now()
  where profile.user_id = v_user_id and profile.whatsapp_e164 is distinct from p_phone;

  if wa.phone_lookup_key(p_addressed) <> wa.phone_lookup_key(p_phone) then
    perform wa.add_phone_alias(p_addressed, v_user_id, null);
  end if;

  if p_bsuid is not null then
    perform wa.establish_profile(p_phone, p_bsuid, p_sent_at => p_answered_at);
  end if;
end
$$;

comment on function wa.link_address is
'Makes the number that we wrote to and the one that Meta answered with lead to one profile, which goes on under Meta''s and takes the BSUID beside it. The caller holds the locks.';
