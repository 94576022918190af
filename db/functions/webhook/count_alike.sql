create or replace function wa.count_alike(p_bodies jsonb[], p_common jsonb)
returns jsonb[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select array_agg(p_common || jsonb_build_object('body', alike.body, 'count', alike.seen))
    from (
      select given.body, count(*) as seen
      from unnest(p_bodies) as given (body)
      group by given.body
    ) as alike
  );
end
$$;

comment on function wa.count_alike is
'Of wa.read_webhook: each different one of these parts of a webhook with how often it is there, and what all of them came with; null of none.';
