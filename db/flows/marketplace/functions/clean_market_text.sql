create or replace function wa.clean_market_text(p_text text, p_most integer)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text constant text := case when p_most <= 60 then wa.clean_line(p_text) else btrim(p_text, e' \t\r\n') end;
begin
  if char_length(v_text) <= p_most and wa.clean_line(v_text) is not null then
    return v_text;
  end if;

  raise exception using
    errcode = 'WA083',
    message = 'the text is empty or too long',
    detail = format('It has %s characters after trimming.', coalesce(char_length(v_text), 0)),
    hint = format('Pass 1 to %s characters with something visible in them.', p_most);
end
$$;

comment on function wa.clean_market_text is
'A text of at most p_most characters, trimmed; a title (up to 60) on one line. Raises WA083 where nothing visible or too much is left.';
