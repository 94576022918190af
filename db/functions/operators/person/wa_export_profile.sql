create or replace function public.wa_export_profile(who text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
as $$
declare
  v_user_id constant uuid := wa.find_person(who);
  v_tables constant jsonb := wa.gather_person(v_user_id);
begin
  perform wa.emit_event('PERSON_EXPORTED', jsonb_build_object('user_id', v_user_id));
  return jsonb_build_object('exported_at', now()) || v_tables;
end
$$;

alter function public.wa_export_profile owner to wa_privacy;

comment on function public.wa_export_profile is
'Everything about the person whom a number, a BSUID or a user_id names, by table: profiles (with those that were merged), messages in both directions, and what flows keep. kept_payloads only names those that hold something of this person, since they may hold others'' as well. Raises WA043 when there is nobody.';

grant execute on function public.wa_export_profile to wa_operator_role;
