create or replace function wa.is_somebody_else(p_user_id uuid, p_status jsonb)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_somebody_else boolean;
begin
  -- An address that nobody has is no proof: Meta may know a number by another form than ours.
  select bool_and(profile.user_id <> coalesce((wa.get_profile(p_user_id)).user_id, profile.user_id))
  into v_is_somebody_else
  from public.profiles as profile
  where profile.phone_lookup_key = wa.phone_lookup_key(wa.normalize_phone(p_status ->> 'recipient_id'))
    or profile.wa_user_id = wa.normalize_bsuid(p_status ->> 'recipient_user_id');

  return coalesce(v_is_somebody_else, false);
end
$$;

comment on function wa.is_somebody_else is
'Whether a status names a person that we know, and not the one with this user_id: neither by number nor by BSUID.';
