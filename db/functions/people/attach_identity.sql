create or replace function wa.attach_identity(
  p_user_id uuid,
  p_phone text,
  p_bsuid text,
  p_parent_bsuid text default null
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.profiles as profile
  set
    whatsapp_e164 = coalesce(p_phone, profile.whatsapp_e164),
    wa_user_id = coalesce(profile.wa_user_id, p_bsuid),
    updated_at = now()
  where profile.user_id = p_user_id
    and (
      (p_phone is not null and profile.whatsapp_e164 is distinct from p_phone)
      or (p_bsuid is not null and profile.wa_user_id is null)
    );

  perform wa.add_alias('bsuid', p_bsuid, p_user_id)
  from public.profiles as profile
  where profile.user_id = p_user_id and profile.wa_user_id <> p_bsuid;

  perform wa.add_alias('parent_bsuid', p_parent_bsuid, p_user_id);
end
$$;

comment on function wa.attach_identity is
'Completes a profile with what a payload says beside the name it was found by: the number as Meta now gives it, the BSUID (as another name when the profile has one already).';
