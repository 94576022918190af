create or replace function wa.format_time(p_at timestamptz, p_locale text, p_zone text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return to_char(p_at at time zone p_zone, wa.get_text('calendar.time', p_locale));
end
$$;

comment on function wa.format_time is
'The time of day of a moment in a time zone as people write it, such as 3:30 PM or 15:30. Its pattern is a text, as to_char takes it.';
