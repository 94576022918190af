create or replace function wa.parse_amount(p_text text, p_currency text)
returns bigint
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_exponent integer := wa.get_currency_exponent(p_currency);
  v_number text;
  v_parts text[];
begin
  v_number := (
    regexp_match(
      left(p_text, 60),
      e'^[\\s\\u00a0\\u202f]*(?:' || p_currency || e'|[$€£¥])?[\\s\\u00a0\\u202f]*([0-9](?:[0-9.,''’\\s\\u00a0\\u202f]*[0-9])?)[\\s\\u00a0\\u202f]*(?:'
      || p_currency || e'|[$€£¥])?[.!\\s\\u00a0\\u202f]*$',
      'i'
    )
  )[1];
  v_number := regexp_replace(v_number, e'[''’\\s\\u00a0\\u202f]', '', 'g');

  -- The last separator begins the decimals, unless three digits follow it: then it groups thousands.
  v_parts := regexp_match(v_number, '^([0-9][0-9.,]*?)(?:[.,]([0-9]{1,2}|[0-9]{4}))?$');

  if v_parts is null
    or v_parts[1] !~ '^([0-9]{1,13}|[0-9]{1,3}(,[0-9]{3}){1,3}|[0-9]{1,3}([.][0-9]{3}){1,3})$'
    or char_length(v_parts[2]) > v_exponent
  then
    return null;
  end if;

  return translate(v_parts[1], '.,', '')::bigint * (10 ^ v_exponent::numeric)::bigint
    + ('0' || rpad(coalesce(v_parts[2], ''), v_exponent, '0'))::bigint;
end
$$;

comment on function wa.parse_amount is
'The minor units of an amount as people type it, such as 1 500, 1,500.50, 1.500,50 or $20; null when it is none. What could be read in two ways should be shown to the user before it counts.';
