create or replace function wa.ride_duration()
returns interval
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select interval '3 hours'
$$;

comment on function wa.ride_duration is
'How long after its departure a ride is shown, and those who ride together can write to each other.';
