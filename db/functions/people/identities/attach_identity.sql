create or replace function wa.attach_identity(
  p_user_id uuid,
  p_phone text,
  p_bsuid text,
  p_parent_bsuid text,
  p_sent_at timestamptz
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_profile public.profiles;
  v_is_newer boolean;
begin
  select profile.* into v_profile
  from public.profiles as profile
  where profile.user_id = p_user_id;

  v_is_newer := coalesce(p_sent_at >= v_profile.phone_at, true);

  if p_phone <> v_profile.whatsapp_e164 and wa.phone_lookup_key(p_phone) <> v_profile.phone_lookup_key then
    if v_is_newer then
      perform wa.add_phone_alias(
        v_profile.whatsapp_e164,
        p_user_id,
        -- Two numbers of one account, so that both go on leading here.
        case
          when not exists (
            select from wa.profile_aliases as alias
            where alias.kind = 'phone'
              and alias.value = wa.phone_lookup_key(p_phone)
              and alias.user_id = p_user_id
              and alias.left_at is null
          ) then p_sent_at
        end
      );
    elsif (wa.find_profile(p_phone, null, null, p_sent_at)).user_id is null then
      perform wa.add_phone_alias(p_phone, p_user_id, v_profile.phone_at);
    end if;
  end if;

  if (p_phone is distinct from v_profile.whatsapp_e164 and p_phone is not null and v_is_newer)
    or (p_bsuid is not null and v_profile.wa_user_id is null)
  then
    update public.profiles as profile
    set
      whatsapp_e164 = case when v_is_newer then coalesce(p_phone, profile.whatsapp_e164) else profile.whatsapp_e164 end,
      phone_at = case
        when p_phone is not null and v_is_newer then nullif(p_sent_at, '-infinity') else profile.phone_at
      end,
      wa_user_id = coalesce(profile.wa_user_id, p_bsuid),
      updated_at = now()
    where profile.user_id = p_user_id;
  end if;

  perform wa.add_alias('bsuid', p_bsuid, p_user_id)
  where v_profile.wa_user_id <> p_bsuid;

  perform wa.add_alias('parent_bsuid', p_parent_bsuid, p_user_id);
end
$$;

comment on function wa.attach_identity is
'Completes a profile with what was said at p_sent_at beside the name it was found by: the number as Meta now gives it, unless a later one is known, and the BSUID (as another name when the profile has one already).';
