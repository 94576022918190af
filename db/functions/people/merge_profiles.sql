create or replace function wa.merge_profiles(p_one uuid, p_other uuid)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_survivor public.profiles;
  v_merged public.profiles;
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

  update public.profiles as profile
  set
    whatsapp_e164 = coalesce(v_survivor.whatsapp_e164, v_merged.whatsapp_e164),
    wa_user_id = coalesce(v_survivor.wa_user_id, v_merged.wa_user_id),
    display_name = coalesce(v_survivor.display_name, v_merged.display_name),
    last_inbound_at = greatest(v_survivor.last_inbound_at, v_merged.last_inbound_at),
    opted_out_at = greatest(v_survivor.opted_out_at, v_merged.opted_out_at),
    metadata = v_merged.metadata || v_survivor.metadata,
    updated_at = now()
  where profile.user_id = v_survivor.user_id;

  perform wa.move_to_survivor(v_merged.user_id, v_survivor.user_id);

  perform wa.add_alias('bsuid', v_merged.wa_user_id, v_survivor.user_id)
  where v_merged.wa_user_id <> v_survivor.wa_user_id;

  perform wa.emit_event(
    'IDENTITY_MERGED',
    jsonb_build_object('user_id', v_survivor.user_id, 'merged_user_id', v_merged.user_id)
  );
  return v_survivor.user_id;
end
$$;

comment on function wa.merge_profiles is
'Makes one profile of two that evidence has shown to be one person, and returns the older, which keeps everything of both. The other stays as a pointer. The caller holds both rows.';
