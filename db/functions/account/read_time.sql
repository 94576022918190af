create or replace function wa.read_time(p_text text)
returns timestamptz
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when p_text ~ '^[0-9]{1,11}$' then to_timestamp(p_text::double precision)
    when p_text ~ '^[0-9]{12,13}$' then to_timestamp(p_text::double precision / 1000)
    when p_text ~ e'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:?[0-9]{2})$'
      then p_text::timestamptz
  end;
exception
  -- The thirtieth of February.
  when datetime_field_overflow or invalid_datetime_format or invalid_time_zone_displacement_value then
    return null;
end
$$;

comment on function wa.read_time is
'A time as Meta''s webhooks about the account write it, or null: seconds or milliseconds since 1970, as a number or a text, or ISO 8601.';
