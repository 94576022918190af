create or replace procedure wa.note_rights()
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from wa.rights;

  insert into wa.rights (object, held, giving)
  select present.object, present.held, present.giving
  from wa.list_rights() as present;
end
$$;

comment on procedure wa.note_rights is
'Notes who owns, may reach and may execute what from now on. Called when all routines were applied, and when an operator gives or takes a right on purpose.';
