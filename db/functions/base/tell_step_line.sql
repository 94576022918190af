create or replace function wa.tell_step_line(p_context text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- Nothing else of a context may be kept: it quotes statements, and what could not be read.
  select coalesce(
    (
      select format(', at %s line %s of its body', line.found[1], line.found[2])
      from regexp_match(p_context, '^PL/pgSQL function (?:[^ (]+[.])?(step_[a-z0-9_]+)[(][^)]*[)] line ([0-9]+)', 'n')
        as line (found)
      where line.found is not null
    ),
    ''
  )
$$;

comment on function wa.tell_step_line is
'Where the context of an error in PL/pgSQL says which step it came from: that step and the line of its body, as words to put after the error''s message; of several the innermost. Empty where none is named.';
