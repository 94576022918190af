create or replace function public.wa_opt_out_profile(who text, opted_out boolean default true)
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
  v_bsuid constant text := wa.normalize_bsuid(btrim(who));
  v_phone constant text := case when v_bsuid is null then wa.read_phone(who) end;
  v_is_id constant boolean := btrim(who) ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
  v_opts_out constant boolean := coalesce(opted_out, true);
  v_now constant timestamptz := now();
  v_opted_out_at constant timestamptz := case when v_opts_out then v_now end;
  v_user_id uuid;
begin
  -- Whoever has never written, or was erased, may wish for silence as well.
  if v_opts_out and not v_is_id and coalesce(v_phone, v_bsuid) is not null then
    v_user_id := wa.find_or_create_profile(v_phone, v_bsuid);
  else
    v_user_id := wa.find_person(who);
  end if;

  -- A word of theirs that was sent before and comes late changes nothing: wa.open_chat.
  update public.profiles as profile
  set
    opted_out_at = v_opted_out_at,
    consent_at = case when v_opts_out then profile.consent_at else v_now end,
    updated_at = v_now
  where profile.user_id = v_user_id
    and profile.merged_into is null
    and profile.erased_at is null;

  if not found then
    raise exception using
      errcode = 'WA043',
      message = 'nobody goes by this any more',
      hint = 'They were erased, or joined with another profile just now. Give their number or BSUID.';
  end if;

  perform wa.emit_event(
    case when v_opts_out then 'PERSON_OPTED_OUT' else 'PERSON_OPTED_IN' end,
    jsonb_build_object('user_id', v_user_id)
  );
  return jsonb_build_object('user_id', v_user_id, 'opted_out_at', v_opted_out_at);
end
$$;

alter function public.wa_opt_out_profile owner to wa_runtime;

comment on function public.wa_opt_out_profile is
'Lets alone the person whom a number, a BSUID or a user_id names, as "stop" by message does: the bot answers nothing, and what is queued for them is cancelled, until they write "start", or opted_out is false here. A number or BSUID that nobody has goes into a profile of its own. Returns user_id and opted_out_at. Raises WA043 when there is nobody.';

grant execute on function public.wa_opt_out_profile to wa_operator_role, wa_privacy;
