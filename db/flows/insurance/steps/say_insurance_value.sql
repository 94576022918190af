create or replace function wa.say_insurance_value(p_chat wa.chat, p_field text, p_value text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case when p_field = 'valid_until' then wa.format_date(p_value::date, p_chat.locale) else p_value end;
end
$$;

comment on function wa.say_insurance_value is
'The value of a field as people say it: a date with the name of its month.';
