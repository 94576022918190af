create or replace function wa.format_amount(p_minor bigint, p_currency text, p_locale text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    replace(to_char(amount.major, 'FM999,999,999,999,999,990'), ',', wa.get_text('number.group_separator', p_locale))
    || case
      when amount.minor <> 0
        then wa.get_text('number.decimal_separator', p_locale) || lpad(amount.minor::text, unit.exponent, '0')
      else ''
    end
    || ' ' || p_currency
  from (select wa.get_currency_exponent(p_currency) as exponent) as unit
  cross join lateral (
    select
      p_minor / (10 ^ unit.exponent::numeric)::bigint as major,
      p_minor % (10 ^ unit.exponent::numeric)::bigint as minor
  ) as amount
$$;

comment on function wa.format_amount is
'An amount of minor units as people write it, such as 1,234.50 USD; whole amounts without decimals.';
