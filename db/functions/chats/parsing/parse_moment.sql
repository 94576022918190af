create or replace function wa.parse_moment(p_text text, p_zone text, p_now timestamptz default now())
returns timestamptz
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_here constant timestamp := p_now at time zone p_zone;
  v_words text := case when char_length(p_text) <= 100 then wa.fold_moment(p_text) end;
  v_parts text[];
  v_half text;
  v_hour integer;
  v_minute integer;
  v_rest text;
  v_day date;
  v_moment timestamptz;
begin
  v_parts := regexp_match(
    v_words, '^ ' || wa.match_words('calendar.words_in') || ' ([0-9]{1,3}) ?(?:(' || wa.match_words('calendar.words_hours')
    || ')|' || wa.match_words('calendar.words_minutes') || ') $'
  );
  if v_parts is not null then
    return p_now + v_parts[1]::integer * case when v_parts[2] is null then interval '1 minute' else interval '1 hour' end;
  end if;

  v_half := case
    when v_words ~ (' ' || wa.match_words('calendar.words_late') || '(?= )') then 'p'
    when v_words ~ (' ' || wa.match_words('calendar.words_early') || '(?= )') then 'a'
  end;
  v_words := regexp_replace(
    v_words,
    ' (?:' || wa.match_words('calendar.words_late') || '|' || wa.match_words('calendar.words_early') || ')(?= )', '', 'g'
  );
  v_words := regexp_replace(v_words, '(?: ' || wa.match_words('calendar.words_between') || ')+(?= )', '', 'g');

  v_parts := regexp_match(
    v_words,
    '^(.*) ([0-9]{1,2}) ?(?::([0-5][0-9])|h(?:eures?|ours?|rs?)?[.]? ?([0-5][0-9])?) ?(?:([ap])[.]?m[.]?)?( .*)$'
  );
  if v_parts is null then
    v_parts := regexp_match(v_words, '^(.*) ([0-9]{1,2}) ?()()([ap])[.]?m[.]?( .*)$');
  end if;
  if v_parts is null then
    v_parts := regexp_match(v_words, '^(.*) ()' || wa.match_words('calendar.words_noon') || '()()()( .*)$');
    v_half := case when v_parts is null then v_half end;
  end if;
  -- An hour alone could be anything, unless a day or a part of one is named with it.
  if v_parts is null and (v_words ~ ' .+ [0-9]{1,2} $' or v_half is not null) then
    v_parts := regexp_match(v_words, '^(.*) ([0-9]{1,2})()()()( )$');
  end if;

  v_hour := coalesce(nullif(v_parts[2], ''), '12')::integer;
  v_minute := coalesce(nullif(v_parts[3], ''), nullif(v_parts[4], ''), '0')::integer;
  if v_parts is null or v_hour > 23 then
    return null;
  end if;

  if v_parts[5] <> '' then
    if v_hour not between 1 and 12 then
      return null;
    end if;
    v_hour := v_hour % 12 + case v_parts[5] when 'p' then 12 else 0 end;
  elsif v_half = 'p' and v_hour between 1 and 11 then
    v_hour := v_hour + 12;
  end if;

  v_rest := btrim(v_parts[1] || v_parts[6]);
  v_day := case when v_rest = '' then v_here::date else wa.parse_day(v_rest, v_here::date) end;
  v_moment := (v_day + make_time(v_hour, v_minute, 0)) at time zone p_zone;

  if v_moment <= p_now then
    if v_rest = '' then
      v_moment := (v_day + 1 + make_time(v_hour, v_minute, 0)) at time zone p_zone;
    elsif wa.find_name_in('calendar.weekdays', v_rest) is not null then
      v_moment := (v_day + 7 + make_time(v_hour, v_minute, 0)) at time zone p_zone;
    end if;
  end if;
  return v_moment;
end
$$;

comment on function wa.parse_moment is
'The moment that people name by a day and a time in their time zone, seen from p_now: "tomorrow 8:30", "demain à 8h30", "14/12 18:00" (day first), "lundi 8h du soir", "in 20 minutes". A time alone is its next one, and so are a weekday and a date without its year. Null when it is none, or lacks the time. It can lie in the past, and could have been meant otherwise: show it to the user before it counts.';
