create or replace function wa.read_document_value(p_value text, p_check text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- As OCR reads them: without accents, and never more than their beginnings.
  c_months constant text[] := array[
    'jan', 'fe[bv]', 'mar', 'a[pv]r', 'ma[yi]', 'ju(?:ne?(?![a-z])|in)', 'jui?l', 'a(?:ug|out|ou)', 'sep', 'oct', 'nov', 'dec'
  ];
  v_parts text[];
  v_plain text;
  v_year integer;
  v_month integer;
  v_day integer;
  v_sum integer;
begin
  if p_check = 'text' then
    return p_value;
  end if;

  if p_check = 'date' then
    -- The first of a French month is read as letters.
    v_plain := regexp_replace(lower(wa.strip_accents(p_value)), '(?<![a-z0-9])[il]er(?![a-z])', '1er');
    v_parts := regexp_match(v_plain, '(?<![0-9])([0-9]{4})[-./ ]{1,2}([0-9]{1,2})[-./ ]{1,2}([0-9]{1,2})(?![0-9])');
    if v_parts is not null then
      v_parts := array[v_parts[3], v_parts[2], v_parts[1]];
    else
      v_parts := regexp_match(v_plain, '(?<![0-9])([0-9]{1,2})[-./ ]{1,2}([0-9]{1,2})[-./ ]{1,2}([0-9]{4})(?![0-9])');
    end if;
    if v_parts is not null then
      v_month := v_parts[2]::integer;
    else
      v_parts := regexp_match(v_plain, '(?<![0-9])([0-9]{1,2})(?:er|st|nd|rd|th)?[-./ ]*([a-z]{3,9})[-./ ]*([0-9]{4})(?![0-9])');
      select month.number into v_month
      from unnest(c_months) with ordinality as month (pattern, number)
      where v_parts[2] ~ ('^' || month.pattern)
      order by month.number
      limit 1;
    end if;

    v_day := v_parts[1]::integer;
    v_year := v_parts[3]::integer;
    if v_month between 1 and 12 and v_day >= 1 and v_year >= 1900
      and v_day <= extract(day from make_date(v_year, v_month, 1) + interval '1 month - 1 day')
    then
      return to_char(make_date(v_year, v_month, v_day), 'YYYY-MM-DD');
    end if;
    return null;
  end if;

  if p_check = 'number' then
    v_plain := regexp_replace(p_value, '[[:space:]''_]', '', 'g');
    if v_plain ~ '^-?[0-9]{1,3}([.,][0-9]{3})+$' then
      return regexp_replace(v_plain, '[.,]', '', 'g');
    elsif v_plain ~ '^-?([0-9]{1,3}(,[0-9]{3})*|[0-9]+)([.][0-9]{1,4})?$' then
      return replace(v_plain, ',', '');
    elsif v_plain ~ '^-?([0-9]{1,3}([.][0-9]{3})*|[0-9]+),[0-9]{1,4}$' then
      return replace(replace(v_plain, '.', ''), ',', '.');
    end if;
    return null;
  end if;

  if p_check = 'vin' then
    -- It has no I, O and Q, since they look like what they are read from.
    v_plain := translate(upper(regexp_replace(p_value, '[^A-Za-z0-9]', '', 'g')), 'IOQ', '100');
    return case when v_plain ~ '^[A-Z0-9]{17}$' then v_plain end;
  end if;

  if p_check = 'luhn' then
    v_plain := regexp_replace(p_value, '[-. ]', '', 'g');
    if v_plain !~ '^[0-9]{2,40}$' then
      return null;
    end if;
    select sum(
      case when digit.place % 2 = 1 then digit.body::integer
        else digit.body::integer * 2 / 10 + digit.body::integer * 2 % 10
      end
    )
    into v_sum
    from regexp_split_to_table(reverse(v_plain), '') with ordinality as digit (body, place);
    return case when v_sum % 10 = 0 then v_plain end;
  end if;

  return null;
end
$$;

comment on function wa.read_document_value is
'A value of a document in one form where it is what the check wants, and else null: a date (the day before the month, numbers or English and French names) as YYYY-MM-DD, a number with a point and no groups, the 17 characters of a vehicle (vin), digits with their check digit (luhn), or any text as it is.';
