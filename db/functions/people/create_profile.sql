create or replace function wa.create_profile(
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
  v_user_id uuid;
begin
  insert into public.profiles (whatsapp_e164, wa_user_id, display_name, locale)
  values (p_phone, p_bsuid, p_display_name, wa.get_setting('default_locale') #>> '{}')
  returning user_id into v_user_id;

  perform wa.add_alias('parent_bsuid', p_parent_bsuid, v_user_id);
  return v_user_id;
end
$$;

comment on function wa.create_profile is
'A new profile for a sender that nobody knows yet. The caller holds the locks.';
