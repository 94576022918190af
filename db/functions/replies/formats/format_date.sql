create or replace function wa.format_date(p_date date, p_locale text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return wa.get_text(
    case when extract(year from p_date) = extract(year from current_date) then 'calendar.date' else 'calendar.date_of_year' end,
    p_locale,
    jsonb_build_object(
      'weekday', split_part(wa.get_text('calendar.weekdays', p_locale), ',', extract(isodow from p_date)::integer),
      'month', split_part(wa.get_text('calendar.months', p_locale), ',', extract(month from p_date)::integer),
      'day', case extract(day from p_date)
        when 1 then wa.get_text('calendar.first_day', p_locale) else extract(day from p_date)::text
      end,
      'year', extract(year from p_date)
    )
  );
end
$$;

comment on function wa.format_date is
'A day as people say it, such as Tuesday, December 1; with its year where that is not this one.';
