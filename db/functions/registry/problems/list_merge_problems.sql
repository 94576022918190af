create or replace function wa.list_merge_problems()
returns table (flow text, is_error boolean, problem text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with reference as (
    select
      relation.relname::text as name,
      relation.oid::regclass::text as relation,
      attribute.attname::text as column_name,
      wa.find_flow_of(relation.relname) as flow,
      exists (
        select from pg_index as index
        where index.indrelid = relation.oid
          and (index.indisunique or index.indisexclusion)
          and attribute.attnum = any(index.indkey)
      ) as can_collide,
      has_column_privilege('wa_runtime', relation.oid, attribute.attnum, 'select')
      and has_column_privilege('wa_runtime', relation.oid, attribute.attnum, 'update') as can_move
    from pg_constraint as reference
    inner join pg_class as relation on relation.oid = reference.conrelid
    inner join pg_attribute as attribute
      on attribute.attrelid = relation.oid and attribute.attnum = reference.conkey[1]
    where reference.contype = 'f'
      and reference.confrelid = 'public.profiles'::regclass
      and reference.conparentid = 0
      -- Records of their time, which name who it was then.
      and relation.oid <> 'public.wa_events'::regclass
      and relation.oid is distinct from to_regclass('public.basket_contributions')
      and not exists (
        select from pg_proc as rule
        where rule.pronamespace = 'wa'::regnamespace
          and rule.proname = 'merge_' || relation.relname
          and (rule.pronargs, rule.proargtypes[0], rule.proargtypes[1]) = (2, 'uuid'::regtype, 'uuid'::regtype)
          and rule.prorettype = 'void'::regtype
      )
  )

  select
    reference.flow,
    true,
    format(
      'keys of %s can collide when two profiles become one: it needs a routine %s.merge_%s(uuid, uuid) returns void',
      reference.relation, 'wa'::regnamespace, reference.name
    )
  from reference
  where reference.can_collide
  union all
  select
    reference.flow,
    reference.flow is not null,
    format(
      '%s.%s stays behind when two profiles become one: grant select (%s), update (%s) to %s, or write '
      '%s.merge_%s(uuid, uuid) returns void',
      reference.relation, reference.column_name, reference.column_name, reference.column_name,
      'wa_runtime'::regrole, 'wa'::regnamespace, reference.name
    )
  from reference
  where not reference.can_move and not reference.can_collide;
end
$$;

comment on function wa.list_merge_problems is
'Of wa.list_flow_problems: tables that refer to profiles and that wa.move_to_survivor cannot move, or not without a rule. A table is a flow''s by the beginning of its name.';
