create or replace function wa.format_moment(p_at timestamptz, p_locale text, p_zone text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return wa.get_text(
    'calendar.moment',
    p_locale,
    jsonb_build_object(
      'date', wa.format_date((p_at at time zone p_zone)::date, p_locale), 'time', wa.format_time(p_at, p_locale, p_zone)
    )
  );
end
$$;

comment on function wa.format_moment is
'Day and time of a moment in a time zone, such as Tuesday, December 1 at 3:30 PM.';
