create or replace function wa.change_identity(p_message wa.message)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_system constant jsonb := p_message.content -> 'system';
  v_new_phone constant text := wa.normalize_phone(coalesce(v_system ->> 'wa_id', v_system ->> 'new_wa_id'));
  v_new_bsuid constant text := wa.normalize_bsuid(v_system ->> 'user_id');
  v_is_number_change constant boolean := v_system ->> 'type' <> 'user_changed_user_id';
  v_sent_at constant timestamptz := p_message.sent_at;
  -- Another change in the same payload may have merged this profile away.
  v_user_id uuid := (wa.get_profile(p_message.user_id)).user_id;
  v_bsuid text := v_new_bsuid;
  v_is_held constant boolean := exists (select from public.profiles as profile where profile.wa_user_id = v_new_bsuid);
  -- No BSUID comes back: what leads on from the present one is the next, whenever it was said.
  v_is_next constant boolean := (wa.get_profile(p_message.user_id)).wa_user_id = p_message.bsuid
    and v_new_bsuid is not null
    and (
      not exists (select from wa.profile_aliases as alias where alias.kind = 'bsuid' and alias.value = v_new_bsuid)
      or v_is_held
    );
  v_holder public.profiles;
  v_successor public.profiles;
  v_profile public.profiles;
  v_is_newer boolean;
begin
  for v_holder in
    select profile.*
    from public.profiles as profile
    -- Not one or the other of them, as in wa.lock_profiles.
    where profile.user_id = any(
      array(select named.user_id from public.profiles as named where named.wa_user_id = v_new_bsuid)
      || array(
        select called.user_id from public.profiles as called
        where called.phone_lookup_key = wa.phone_lookup_key(v_new_phone)
      )
    )
      and profile.user_id <> v_user_id
    order by profile.user_id
  loop
    if v_holder.wa_user_id <> v_new_bsuid then
      -- Somebody else has the new number: nothing says that this is the same person.
      if coalesce(v_holder.phone_at <= v_sent_at, true) then
        perform wa.detach_phone(v_holder, v_sent_at);
      end if;
    else
      if v_holder.wa_user_id = v_new_bsuid then
        v_successor := v_holder;
      end if;
      v_user_id := wa.merge_profiles(v_holder.user_id, v_user_id);
    end if;
  end loop;

  -- Who has gone by the new BSUID before, or by the new number until later than this, has changed again since.
  if not v_is_held then
    for v_holder in
      select profile.*
      from public.profiles as profile
      where profile.user_id = (
        select alias.user_id
        from wa.profile_aliases as alias
        where (alias.kind = 'bsuid' and alias.value = v_new_bsuid)
          or (
            alias.kind = 'phone'
            and alias.value = wa.phone_lookup_key(v_new_phone)
            and alias.left_at > v_sent_at
            and v_new_bsuid is null
          )
        -- As in wa.find_profile.
        order by array_position('{bsuid,phone}', alias.kind)
        limit 1
      )
    loop
      v_bsuid := v_holder.wa_user_id;

      if v_holder.user_id <> v_user_id then
        v_user_id := wa.merge_profiles(v_holder.user_id, v_user_id);
      end if;
    end loop;
  end if;

  v_profile := wa.get_profile(v_user_id);

  if v_is_next then
    v_profile.phone_at := v_successor.phone_at;
  end if;
  v_is_newer := coalesce(v_profile.phone_at <= v_sent_at, true);

  update public.profiles as profile
  set
    wa_user_id = coalesce(v_bsuid, profile.wa_user_id),
    whatsapp_e164 = case
      when not v_is_newer
        or exists (
          select from public.profiles as other
          where other.phone_lookup_key = wa.phone_lookup_key(v_new_phone) and other.user_id <> v_user_id
        ) then coalesce(v_successor.whatsapp_e164, profile.whatsapp_e164)
      when v_new_phone is not null then v_new_phone
      when v_is_number_change and coalesce(v_bsuid, profile.wa_user_id) is not null then null
      else profile.whatsapp_e164
    end,
    phone_at = case
      when v_new_phone is not null or v_is_number_change then greatest(profile.phone_at, v_sent_at)
      else profile.phone_at
    end,
    updated_at = now()
  where profile.user_id = v_user_id
  returning profile.* into v_holder;

  perform wa.add_alias('bsuid', former.bsuid, v_user_id)
  from (values (v_profile.wa_user_id), (v_new_bsuid), (p_message.bsuid)) as former (bsuid)
  where former.bsuid <> v_holder.wa_user_id;

  perform wa.add_phone_alias(former.phone, v_user_id, former.left_at)
  from (
    values
      (p_message.phone, v_sent_at),
      (v_profile.whatsapp_e164, v_sent_at),
      (v_new_phone, case when v_is_newer then v_sent_at else v_profile.phone_at end)
  ) as former (phone, left_at)
  where v_is_number_change
    and wa.phone_lookup_key(former.phone) is distinct from v_holder.phone_lookup_key;

  perform wa.add_alias('parent_bsuid', wa.normalize_parent_bsuid(v_system ->> 'parent_user_id'), v_user_id);
end
$$;

comment on function wa.change_identity is
'Applies a system message that says a user''s old and new number or BSUID: the profile goes on under the new ones, is still found by the old BSUID, and by the old number for what was sent before; it takes over a profile that already had the new ones, and one that had them and has changed again since.';
