create or replace function wa.list_tables_about_people()
returns table (
  relation regclass,
  table_name name,
  columns name[],
  erase_rule regproc,
  export_rule regproc,
  is_erasable boolean
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_shards constant oid[] := wa.list_shards();
begin
  return query
  with reference as (
    select attribute.attrelid, array_agg(attribute.attname order by attribute.attnum) as columns
    from pg_attribute as attribute
    inner join pg_class as class on class.oid = attribute.attrelid
    where class.relkind in ('r', 'p')
      and not class.relispartition
      and class.oid <> all(v_shards)
      and class.oid <> 'public.profiles'::regclass
      and attribute.attnum > 0
      and not attribute.attisdropped
      and attribute.attgenerated = ''
      and (
        -- Some of ours have no foreign key, whose check would lock the profile out of the lock order.
        (class.relnamespace = 'wa'::regnamespace and attribute.attname = 'user_id')
        or exists (
          select from pg_constraint as key
          where key.conrelid = class.oid
            and key.contype = 'f'
            and key.confrelid = 'public.profiles'::regclass
            and key.conkey = array[attribute.attnum]
        )
      )
    group by attribute.attrelid
  ),

  rule as (
    select routine.oid, routine.proname
    from pg_proc as routine
    where routine.pronamespace = 'wa'::regnamespace
      and (routine.pronargs, routine.proargtypes[0]) = (1, '_uuid'::regtype)
  )

  select
    class.oid::regclass,
    class.relname,
    reference.columns,
    erasing.oid::regproc,
    exporting.oid::regproc,
    case
      when erasing.oid is not null then has_function_privilege('wa_privacy', erasing.oid, 'execute')
      else has_table_privilege('wa_privacy', class.oid, 'select')
      and has_table_privilege('wa_privacy', class.oid, 'delete')
      -- Without a policy nothing is found to delete, and nothing is said.
      and (
        not class.relrowsecurity
        or exists (
          select from pg_policy as policy
          where policy.polrelid = class.oid
            and policy.polcmd = '*'
            and (policy.polroles @> array[0::oid] or policy.polroles @> array['wa_privacy'::regrole::oid])
        )
      )
    end
  from reference
  inner join pg_class as class on class.oid = reference.attrelid
  left join rule as erasing on erasing.proname = 'erase_' || class.relname
  left join rule as exporting on exporting.proname = 'export_' || class.relname
  -- The order in which everybody locks: events, then notifications.
  order by
    class.oid <> 'public.wa_events'::regclass,
    class.oid <> 'public.notifications'::regclass,
    class.relname,
    class.oid;
end
$$;

comment on function wa.list_tables_about_people is
'The tables that refer to profiles, by a foreign key or, in wa, by a column user_id: the columns that do, and the rules of their own that they have. wa.erase_<table>(user_ids uuid[]) returns bigint erases, wa.export_<table>(user_ids uuid[]) returns jsonb hands out. Without a rule, is_erasable says whether wa_privacy may read and delete the rows.';

grant execute on function wa.list_tables_about_people to wa_runtime, wa_privacy;
