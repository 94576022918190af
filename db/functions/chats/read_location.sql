create or replace function wa.read_location(p_message wa.inbound_message)
returns double precision[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_latitude jsonb := p_message.content #> '{location,latitude}';
  v_longitude jsonb := p_message.content #> '{location,longitude}';
begin
  if p_message.message_type <> 'location'
    or jsonb_typeof(v_latitude) is distinct from 'number'
    or jsonb_typeof(v_longitude) is distinct from 'number'
  then
    return null;
  end if;

  -- Compared as numeric: a number that is too large for double precision must not raise.
  if v_latitude::numeric not between -90 and 90 or v_longitude::numeric not between -180 and 180 then
    return null;
  end if;
  return array[round(v_latitude::numeric, 7), round(v_longitude::numeric, 7)]::double precision[];
end
$$;

comment on function wa.read_location is
'Latitude and longitude of a shared place, in degrees to the centimetre; null when the message is none, or no place on earth.';
