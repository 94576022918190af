create or replace function wa.hold_profile(p_profile_id uuid)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  select from public.profiles as profile
  where profile.user_id = p_profile_id
  for key share
$$;

grant create on schema wa to wa_runtime;
alter function wa.hold_profile(uuid) owner to wa_runtime;
revoke create on schema wa from wa_runtime;

comment on function wa.hold_profile(uuid) is
'Keeps a profile from being merged until the end of the transaction; hinders nothing else. The basket routines may read profiles but not lock them, so that this one does.';

revoke all on function wa.hold_profile(uuid) from public;
grant execute on function wa.hold_profile(uuid) to wa_basket_owner;
