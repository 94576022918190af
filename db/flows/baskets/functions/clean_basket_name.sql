create or replace function wa.clean_basket_name(p_name text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name constant text := wa.clean_line(p_name);
begin
  if char_length(v_name) <= 60 then
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
'A basket''s name, as wa.clean_line leaves it. Raises WA026 when nothing visible or more than 60 characters are left.';

grant execute on function wa.clean_basket_name to wa_basket_owner, wa_runtime;
