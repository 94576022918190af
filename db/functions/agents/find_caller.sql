create or replace function wa.find_caller()
returns name
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Inside a routine that acts as its owner, current_user is that owner.
  return coalesce(nullif(current_setting('role'), 'none'), session_user);
end
$$;

comment on function wa.find_caller is
'The role that the session acts as, outside of all routines: the one that was set, else the one that is logged in.';
