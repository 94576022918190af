create or replace function wa.begin_life()
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_token text;
begin
  insert into wa.lives (token, system_identifier, timeline_id, database_oid)
  select
    left(translate(gen_random_uuid()::text, '-', ''), 16),
    place.system_identifier,
    place.timeline_id,
    place.database_oid
  from wa.get_place() as place
  on conflict do nothing;

  select life.token into v_token
  from wa.lives as life
  where life.left_at is null;
  return v_token;
end
$$;

comment on function wa.begin_life is
'Begins a life of this database where it is now, unless it is in one, and returns its token.';
