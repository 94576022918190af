create or replace function wa.parse_day(p_folded text, p_today date)
returns date
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_words text := btrim(p_folded);
  v_weekday integer;
  v_parts text[];
  v_month integer;
  v_year integer;
  v_first date;
  v_day date;
begin
  if v_words ~ ('^' || wa.match_words('calendar.words_today') || '$') then
    return p_today;
  elsif v_words ~ ('^' || wa.match_words('calendar.words_tomorrow') || '$') then
    return p_today + 1;
  elsif v_words ~ ('^' || wa.match_words('calendar.words_after_tomorrow') || '$') then
    return p_today + 2;
  end if;

  v_weekday := wa.find_name_in('calendar.weekdays', split_part(v_words, ' ', 1));
  if v_weekday is not null then
    v_words := btrim(substr(v_words, position(' ' in v_words || ' ')));
    if v_words = '' then
      -- The same day of the week is today; who asks for a time that is over means the next one.
      return p_today + (v_weekday - extract(isodow from p_today)::integer + 7) % 7;
    end if;
  end if;

  v_parts := regexp_match(v_words, '^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$');
  if v_parts is not null then
    v_parts := array[v_parts[3], v_parts[2], v_parts[1]];
  else
    v_parts := coalesce(
      regexp_match(v_words, '^([0-9]{1,2})[/.-]([0-9]{1,2})(?:[/.-]([0-9]{4}|[0-9]{2}))?[.]?$'),
      regexp_match(v_words, '^([0-9]{1,2})(?:st|nd|rd|th|er|[.])? ([a-z]{3,})[.]?(?: ([0-9]{4}))?$')
    );
    if v_parts is null then
      v_parts := regexp_match(v_words, '^([a-z]{3,})[.]? ([0-9]{1,2})(?:st|nd|rd|th)?(?: ([0-9]{4}))?$');
      v_parts := array[v_parts[2], v_parts[1], v_parts[3]];
    end if;
  end if;

  v_month := case
    when v_parts[2] ~ '^[0-9]+$' then v_parts[2]::integer else wa.find_name_in('calendar.months', v_parts[2])
  end;
  if (v_month between 1 and 12 and v_parts[1]::integer between 1 and 31) is not true then
    return null;
  end if;

  v_year := case
    when v_parts[3] is null then extract(year from p_today)::integer
    when length(v_parts[3]) = 2 then 2000 + v_parts[3]::integer
    else v_parts[3]::integer
  end;
  if v_year not between 2000 and 2100 then
    return null;
  end if;

  v_first := make_date(v_year, v_month, 1);
  v_day := v_first + v_parts[1]::integer - 1;
  -- Without its year a day is the next of that date.
  if v_parts[3] is null and v_day < p_today then
    v_first := (v_first + interval '1 year')::date;
    v_day := v_first + v_parts[1]::integer - 1;
  end if;

  if extract(month from v_day) <> v_month
    or v_weekday is not null and extract(isodow from v_day) <> v_weekday
  then
    return null;
  end if;
  return v_day;
end
$$;

comment on function wa.parse_day is
'The day that words of wa.fold_moment name, seen from p_today: today, tomorrow, a weekday (the next, today among them), 14/12 (day first), 14/12/2027, 2027-12-14, 14 December. Null when they name none, a day that there is not, or a weekday that is not that of the date.';
