create or replace function wa.may_write(p_phone text, p_bsuid text, p_prefixes jsonb)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_phone is null then
    return p_bsuid is not null;
  end if;

  if p_prefixes = '[]' then
    return true;
  end if;

  return exists (
    select from jsonb_array_elements_text(p_prefixes) as prefix
    where starts_with(p_phone, '+' || ltrim(prefix, '+'))
  );
end
$$;

comment on function wa.may_write is
'Whether a sender is valid: a number with an allowed prefix (none listed: any number), or a BSUID alone. Nobody is turned away for hiding a number.';
