create or replace function wa.detach_phone(p_profile public.profiles, p_sent_at timestamptz)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.profiles as profile
  set
    whatsapp_e164 = null,
    phone_at = nullif(p_sent_at, '-infinity'),
    metadata = profile.metadata || jsonb_build_object('phone_recycled_at', now()),
    updated_at = now()
  where profile.user_id = p_profile.user_id;

  perform wa.emit_event('IDENTITY_PHONE_RECYCLED', jsonb_build_object('user_id', p_profile.user_id));
end
$$;

comment on function wa.detach_phone is
'Takes the number from a profile whose owner, by what was said at p_sent_at, no longer has it. The profile stays, known by its BSUID.';
