create or replace function wa.compare_rows(p_keys text[], p_base jsonb, p_current jsonb, p_new jsonb)
returns table (id text, change text, body jsonb)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with given as (
    select
      side.name,
      array_to_string(array(select one.body ->> key.name from unnest(p_keys) as key (name)), ' ') as id,
      one.body
    from (values ('base', p_base), ('current', p_current), ('new', p_new)) as side (name, rows)
    cross join lateral jsonb_array_elements(side.rows) as one (body)
  ),

  compared as (
    select
      given.id,
      (array_agg(given.body) filter (where given.name = 'base'))[1] as base,
      (array_agg(given.body) filter (where given.name = 'current'))[1] as current,
      (array_agg(given.body) filter (where given.name = 'new'))[1] as new
    from given
    group by given.id
  ),

  judged as (
    select
      compared.id,
      case
        when compared.base is null and compared.new is null or compared.current = compared.new then null
        when compared.current is null and compared.new is null then null
        when compared.current is null then case when compared.base is null then 'insert' else 'keep' end
        when compared.current is distinct from compared.base then 'keep'
        when compared.new is null then 'delete'
        else 'update'
      end as change,
      coalesce(compared.new, compared.base) as body
    from compared
  )

  select judged.id, judged.change, judged.body
  from judged
  where judged.change is not null;
end
$$;

comment on function wa.compare_rows is
'What becomes of rows, each an object that p_keys tell from the others, when p_base was declared before, p_current is there and p_new is declared: insert, update, delete, or keep what was changed or deleted by hand. What was never declared is left alone.';
