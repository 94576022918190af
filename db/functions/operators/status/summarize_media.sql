create or replace function wa.summarize_media()
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_build_object(
      'undeleted', count(*),
      'undeleted_seconds', round(max(wa.seconds_since(unwanted.unwanted_at)))
    )
    from (
      select object.unwanted_at
      from wa.media_objects as object
      where object.unwanted_at is not null and not object.is_deleted
      order by object.delete_at
      limit 10000
    ) as unwanted
  );
end
$$;

comment on function wa.summarize_media is
'Of users'' media: how many contents the media store still has that it is to lose, and for how many seconds the first of them (null: none). Looks at 10,000 rows.';
