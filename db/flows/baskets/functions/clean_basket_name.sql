create or replace function wa.clean_basket_name(p_name text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name text := btrim(
    regexp_replace(
      p_name, e'[ \\u0001-\\u001f\\u007f-\\u00a0\\u1680\\u2000-\\u200a\\u2028-\\u202f\\u205f\\u2066-\\u2069\\u3000\\ufeff]+',
      ' ', 'g'
    )
  );
begin
  if char_length(v_name) between 1 and 60
    and v_name
      ~ e'[^ \\u00ad\\u034f\\u061c\\u115f\\u1160\\u200b-\\u200f\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\uffa0]'
  then
    return v_name;
  end if;

  raise exception using
    errcode = 'WA026',
    message = 'the name of the basket is empty or too long',
    detail = format('It has %s characters after trimming.', coalesce(char_length(v_name), 0)),
    hint = 'Pass a name of 1 to 60 characters with something visible in it.';
end
$$;

comment on function wa.clean_basket_name is
'A basket''s name on one line, trimmed, without characters that hide or reorder text. Raises WA026 when nothing visible or more than 60 characters are left.';

grant execute on function wa.clean_basket_name to wa_basket_owner, wa_runtime;
