create or replace function wa.get_fallback_text(p_key text, p_locale text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_body text;
begin
  select text.body into v_body
  from wa.texts as text
  where text.key = p_key and text.locale in (wa.get_setting('default_locale') #>> '{}', 'en')
  order by text.locale = 'en'
  limit 1;

  if v_body is null then
    raise exception using
      errcode = 'WA006',
      message = format('there is no text %s in %s or English', p_key, coalesce(p_locale, '(null)')),
      hint = 'Insert it into wa.texts.';
  end if;
  return v_body;
end
$$;

comment on function wa.get_fallback_text is
'A text that the user''s language lacks: in the default language, else in English. Raises WA006 when neither has it.';
