create or replace function wa.merge_profiles(p_one uuid, p_other uuid)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_survivor public.profiles;
  v_merged public.profiles;
  v_is_named_later boolean;
  v_is_reached_later boolean;
  v_consents_later boolean;
  v_speaks_later boolean;
begin
  select profile.* into v_survivor
  from public.profiles as profile
  where profile.user_id in (p_one, p_other)
  order by profile.created_at, profile.user_id
  limit 1;

  select profile.* into v_merged
  from public.profiles as profile
  where profile.user_id in (p_one, p_other) and profile.user_id <> v_survivor.user_id;

  -- Both rows cannot hold the same number or BSUID for a moment: the merged row lets go first.
  update public.profiles as profile
  set whatsapp_e164 = null, wa_user_id = null, merged_into = v_survivor.user_id, updated_at = now()
  where profile.user_id = v_merged.user_id;

  -- Of each fact the one that was said later.
  v_is_reached_later := v_merged.whatsapp_e164 is not null
    and (v_survivor.whatsapp_e164 is null or v_merged.phone_at > coalesce(v_survivor.phone_at, '-infinity'));
  v_is_named_later := v_merged.display_name is not null
    and (
      v_survivor.display_name is null
      or wa.named_until(v_merged.user_id, v_merged.display_name_at)
        > wa.named_until(v_survivor.user_id, v_survivor.display_name_at)
    );
  v_speaks_later := v_merged.locale_at > coalesce(v_survivor.locale_at, '-infinity');
  v_consents_later := greatest(v_merged.consent_at, v_merged.opted_out_at)
    > coalesce(greatest(v_survivor.consent_at, v_survivor.opted_out_at), '-infinity');

  update public.profiles as profile
  set
    whatsapp_e164 = case
      when v_is_reached_later then v_merged.whatsapp_e164 else v_survivor.whatsapp_e164
    end,
    phone_at = greatest(v_survivor.phone_at, v_merged.phone_at),
    wa_user_id = case
      when v_is_reached_later and v_merged.phone_at is not null
        then coalesce(v_merged.wa_user_id, v_survivor.wa_user_id)
      else coalesce(v_survivor.wa_user_id, v_merged.wa_user_id)
    end,
    display_name = case when v_is_named_later then v_merged.display_name else v_survivor.display_name end,
    display_name_at = case when v_is_named_later then v_merged.display_name_at else v_survivor.display_name_at end,
    locale = case when v_speaks_later then v_merged.locale else v_survivor.locale end,
    locale_at = case when v_speaks_later then v_merged.locale_at else v_survivor.locale_at end,
    opted_out_at = case when v_consents_later then v_merged.opted_out_at else v_survivor.opted_out_at end,
    consent_at = case when v_consents_later then v_merged.consent_at else v_survivor.consent_at end,
    metadata = v_merged.metadata || v_survivor.metadata,
    updated_at = now()
  where profile.user_id = v_survivor.user_id;

  perform wa.move_to_survivor(v_merged.user_id, v_survivor.user_id);

  perform wa.add_alias('bsuid', former.bsuid, v_survivor.user_id)
  from public.profiles as profile
  cross join (values (v_merged.wa_user_id), (v_survivor.wa_user_id)) as former (bsuid)
  where profile.user_id = v_survivor.user_id and former.bsuid <> profile.wa_user_id;

  perform wa.add_phone_alias(
    former.phone, v_survivor.user_id, coalesce(greatest(v_merged.phone_at, v_survivor.phone_at), now())
  )
  from public.profiles as profile
  cross join (values (v_merged.whatsapp_e164), (v_survivor.whatsapp_e164)) as former (phone)
  where profile.user_id = v_survivor.user_id and wa.phone_lookup_key(former.phone) <> profile.phone_lookup_key;

  perform wa.emit_event(
    'IDENTITY_MERGED',
    jsonb_build_object('user_id', v_survivor.user_id, 'merged_user_id', v_merged.user_id)
  );
  return v_survivor.user_id;
end
$$;

comment on function wa.merge_profiles is
'Makes one profile of two that evidence has shown to be one person, and returns the older, which keeps everything of both: of number, name, language and consent what was said later. The other stays as a pointer. The caller holds both rows.';
