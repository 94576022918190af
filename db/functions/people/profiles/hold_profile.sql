create or replace function wa.hold_profile(p_profile_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  perform from public.profiles as profile
  where profile.user_id = p_profile_id
  for key share;
end
$$;

alter function wa.hold_profile owner to wa_runtime;

comment on function wa.hold_profile is
'Keeps a profile from being merged until the end of the transaction; hinders nothing else. Routines of flows may read profiles but not lock them, so that this one does.';

grant execute on function wa.hold_profile to wa_basket_owner;
