create or replace function wa.get_currency_exponent(p_currency text)
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_currency in (
      'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'
    ) then 0
    when p_currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 3
    when p_currency in ('CLF', 'UYW') then 4
    else 2
  end
$$;

comment on function wa.get_currency_exponent is
'How many decimal places the minor unit of a currency has, by ISO 4217.';
