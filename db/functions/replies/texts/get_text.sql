create or replace function wa.get_text(p_key text, p_locale text, p_values jsonb default null)
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
  where text.key = p_key and text.locale = p_locale;

  if v_body is null and p_values ? 'count' then
    v_body := wa.find_plural(p_key, p_locale, p_values ->> 'count');
  end if;

  if v_body is null then
    v_body := wa.get_fallback_text(p_key, p_locale);
  end if;

  if p_values is null then
    return v_body;
  end if;

  -- One pass over the text, so that a value that looks like a placeholder stays what it is.
  return (
    select string_agg(
      case when piece.match[2] is null then piece.match[1] else coalesce(p_values ->> piece.match[2], piece.match[1]) end,
      '' order by piece.position
    )
    from regexp_matches(v_body, e'(\\{([a-z_]+)\\}|[^{]+|\\{)', 'g') with ordinality as piece (match, position)
  );
end
$$;

comment on function wa.get_text is
'What the bot says under a key, in the user''s language, else in the default one, else in English, with {named} placeholders filled in. Of a text with plural forms the one that fits p_values'' count. Raises WA006 when there is no such text.';
