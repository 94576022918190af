create or replace function wa.mask_task_error(p_message text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select left(
    regexp_replace(
      regexp_replace(p_message, e'"[^"]*"|''[^'']*''|[+]?[0-9]{4,}', '***', 'g'), e'\\s+', ' ', 'g'
    ),
    200
  )
$$;

comment on function wa.mask_task_error is
'What a task failed with, as one line that may be shown: quoted parts and numbers of four digits or more are ***, since they may be what a user wrote.';
