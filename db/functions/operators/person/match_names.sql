create or replace function wa.match_names(p_names text[])
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Within a longer number or id it is somebody else's. A dot is the only sign that means more in a pattern.
  return '(^|[^0-9A-Za-z.])(' || replace(nullif(array_to_string(p_names, '|'), ''), '.', '[.]') || ')($|[^0-9A-Za-z])';
end
$$;

comment on function wa.match_names is
'A regular expression for texts that name somebody by one of these numbers or BSUIDs. Null for none.';

grant execute on function wa.match_names to wa_privacy;
