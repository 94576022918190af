create or replace function wa.list_erasure_problems()
returns table (flow text, is_error boolean, problem text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select
    owner.flow,
    owner.flow is not null,
    format(
      'nobody can be erased from %s: grant select, delete on it to %s, with a policy, or write '
      '%s.erase_%s(uuid[]) returns bigint',
      kept.relation, 'wa_privacy'::regrole, 'wa'::regnamespace, kept.table_name
    )
  from wa.list_tables_about_people() as kept
  cross join lateral (select wa.find_flow_of(kept.table_name) as flow) as owner
  where not kept.is_erasable;
end
$$;

comment on function wa.list_erasure_problems is
'Of wa.list_flow_problems: tables that refer to people and that public.wa_erase_profile would refuse to leave.';
