create or replace function wa.create_profile(
  p_phone text,
  p_bsuid text,
  p_parent_bsuid text,
  p_display_name text,
  p_sent_at timestamptz
)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_sent_at constant timestamptz := nullif(p_sent_at, '-infinity');
  v_user_id uuid;
begin
  insert into public.profiles (whatsapp_e164, wa_user_id, display_name, locale, phone_at, display_name_at)
  values (
    p_phone,
    p_bsuid,
    p_display_name,
    wa.get_setting('default_locale') #>> '{}',
    case when p_phone is not null then v_sent_at end,
    case when p_display_name is not null then v_sent_at end
  )
  returning user_id into v_user_id;

  perform wa.add_alias('parent_bsuid', p_parent_bsuid, v_user_id);
  return v_user_id;
end
$$;

comment on function wa.create_profile is
'A new profile for a sender that nobody knows yet, by what was said at p_sent_at (-infinity: not by Meta). The caller holds the locks.';
