create or replace function wa.clean_line(p_text text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_line constant text := btrim(
    regexp_replace(
      p_text, e'[ \\u0001-\\u001f\\u007f-\\u00a0\\u1680\\u2000-\\u200a\\u2028-\\u202f\\u205f\\u2066-\\u2069\\u3000\\ufeff]+',
      ' ', 'g'
    )
  );
begin
  if v_line ~ e'[^ \\u00ad\\u034f\\u061c\\u115f\\u1160\\u200b-\\u200f\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\uffa0]' then
    return v_line;
  end if;

  return null;
end
$$;

comment on function wa.clean_line is
'What somebody called something, on one line: trimmed, without characters that hide or reorder text. Null where nothing visible is left.';

grant execute on function wa.clean_line to wa_runtime, wa_basket_owner;
