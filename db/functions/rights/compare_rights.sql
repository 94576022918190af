create or replace function wa.compare_rights()
returns table (object text, held text, is_missing boolean, mending text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_present jsonb;
begin
  -- Read before it is compared: no table that is kept on another server is joined with what is known here.
  select jsonb_agg(to_jsonb(present)) into v_present
  from wa.list_rights() as present;

  -- Nothing can be said of a database whose rights were never noted.
  return query
  select
    coalesce(noted.object, present.object),
    coalesce(noted.held, present.held),
    present.object is null,
    case when present.object is null then noted.giving else present.taking end
  from wa.rights as noted
  full join jsonb_to_recordset(v_present) as present (object text, held text, giving text, taking text)
    on noted.object = present.object and noted.held = present.held
  where (noted.object is null or present.object is null)
    and exists (select from wa.rights);
end
$$;

comment on function wa.compare_rights is
'What is otherwise than wa.note_rights found it: missing now, or there now and not then, each with the statement that mends it.';
