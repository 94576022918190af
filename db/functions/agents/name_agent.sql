create or replace function wa.name_agent(p_agent text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(nullif(left(btrim(p_agent), 100), ''), session_user);
end
$$;

comment on function wa.name_agent is
'What a colleague is called: by the name that the caller gives, up to 100 characters, else by the role that is logged in.';
