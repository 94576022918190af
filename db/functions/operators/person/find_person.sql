create or replace function wa.find_person(p_who text)
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_who constant text := btrim(p_who);
  v_user_id uuid;
begin
  if v_who ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    select coalesce(profile.merged_into, profile.user_id) into v_user_id
    from public.profiles as profile
    where profile.user_id = v_who::uuid;
  else
    v_user_id := (
      wa.find_profile(wa.read_phone(v_who), wa.normalize_bsuid(v_who))
    ).user_id;
  end if;

  if v_user_id is null then
    raise exception using
      errcode = 'WA043',
      message = 'nobody goes by this',
      hint = 'Give a number with its country code, such as +34 600 111 222, a BSUID such as ES.99887766, or the user_id of a profile.';
  end if;
  return v_user_id;
end
$$;

comment on function wa.find_person is
'The profile of a person named by number in any usual spelling, by BSUID, or by user_id, that of a merged profile too. Raises WA043 when there is none.';

grant execute on function wa.find_person to wa_runtime, wa_privacy;
