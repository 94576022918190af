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
  -- Another change in the same payload may have merged this profile away.
  v_user_id uuid := (wa.get_profile(p_message.user_id)).user_id;
  v_holder public.profiles;
  v_profile public.profiles;
begin
  for v_holder in
    select profile.*
    from public.profiles as profile
    where (profile.wa_user_id = v_new_bsuid or profile.phone_lookup_key = wa.phone_lookup_key(v_new_phone))
      and profile.user_id <> v_user_id
    order by profile.user_id
  loop
    if v_holder.wa_user_id <> v_new_bsuid then
      -- Somebody else had the new number before: nothing says that this is the same person.
      perform wa.detach_phone(v_holder);
    else
      v_user_id := wa.merge_profiles(v_holder.user_id, v_user_id);
    end if;
  end loop;

  v_profile := wa.get_profile(v_user_id);

  update public.profiles as profile
  set
    wa_user_id = coalesce(v_new_bsuid, profile.wa_user_id),
    whatsapp_e164 = case
      when v_new_phone is not null then v_new_phone
      when v_is_number_change and coalesce(v_new_bsuid, profile.wa_user_id) is not null then null
      else profile.whatsapp_e164
    end,
    updated_at = now()
  where profile.user_id = v_user_id;

  perform wa.add_alias('bsuid', v_profile.wa_user_id, v_user_id)
  where v_profile.wa_user_id <> v_new_bsuid;

  perform wa.add_alias('bsuid', p_message.bsuid, v_user_id)
  where p_message.bsuid <> v_new_bsuid;

  perform wa.add_alias('parent_bsuid', wa.normalize_parent_bsuid(v_system ->> 'parent_user_id'), v_user_id);
end
$$;

comment on function wa.change_identity is
'Applies a system message that says a user''s old and new number or BSUID: the profile goes on under the new ones, is still found by the old BSUID, and takes over a profile that already had the new ones.';
