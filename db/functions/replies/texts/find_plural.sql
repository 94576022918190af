create or replace function wa.find_plural(p_key text, p_locale text, p_count text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count constant numeric := case when p_count ~ '^[0-9]{1,30}([.][0-9]{1,30})?$' then p_count::numeric end;
begin
  return (
    select text.body
    from wa.texts as text
    where text.key in (p_key || '.one', p_key || '.other')
      and text.locale in (p_locale, wa.get_setting('default_locale') #>> '{}', 'en')
      and (
        text.key = p_key || '.other'
        -- As CLDR has it; a language that tells no forms apart has the other one alone.
        or v_count = 1
        or text.locale ~ '^(fr|pt)' and v_count < 2
      )
    order by text.locale = p_locale desc, text.locale = 'en', text.key = p_key || '.other'
    limit 1
  );
end
$$;

comment on function wa.find_plural is
'Of a text that was declared with the forms one and other: that for a count, in the user''s language, else in the default one, else in English. Null where there is no such text.';
