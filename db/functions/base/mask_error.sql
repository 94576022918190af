create or replace function wa.mask_error(p_error text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select left(
    left(p_error, 5) || regexp_replace(
      regexp_replace(substr(p_error, 6), '"[^"]*"', '"***"', 'g'),
      '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[+]?[0-9]{4,}',
      '***',
      'g'
    ),
    400
  )
$$;

comment on function wa.mask_error is
'The error of a failed message as it may be shown and grouped: after its SQLSTATE, quoted parts, ids and numbers of four digits or more are ***, since they may be what a user wrote.';
