create or replace function wa.read_location(p_chat wa.chat)
returns double precision[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_location constant jsonb := (p_chat.message).content -> 'location';
begin
  if (p_chat.message).message_type <> 'location'
    or jsonb_typeof(v_location -> 'latitude') is distinct from 'number'
    or jsonb_typeof(v_location -> 'longitude') is distinct from 'number'
  then
    return null;
  end if;

  -- Compared as numeric: a number that is too large for double precision must not raise.
  if (v_location -> 'latitude')::numeric not between -90 and 90
    or (v_location -> 'longitude')::numeric not between -180 and 180
  then
    return null;
  end if;
  return array[
    round((v_location -> 'latitude')::numeric, 7), round((v_location -> 'longitude')::numeric, 7)
  ]::double precision[];
end
$$;

comment on function wa.read_location is
'Latitude and longitude of a shared place, in degrees to the centimetre; null when what was said is none, or no place on earth.';
