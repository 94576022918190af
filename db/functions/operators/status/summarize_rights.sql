create or replace function wa.summarize_rights()
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    with difference as materialized (
      select
        format('%s %s: %s', compared.object, case when compared.is_missing then 'lacks' else 'has' end, compared.held)
          as description
      from wa.compare_rights() as compared
    )

    select jsonb_build_object(
      'differences', (select count(*) from difference),
      'first', coalesce(
        (
          select jsonb_agg(first.description order by first.description)
          from (select difference.description from difference order by difference.description limit 10) as first
        ),
        '[]'
      )
    )
  );
end
$$;

comment on function wa.summarize_rights is
'How many owners, policies, privileges, settings and bodies are not as they were when routines were last applied, and the first ten in words.';
