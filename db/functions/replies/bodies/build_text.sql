create or replace function wa.build_text(p_body text)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'type', 'text',
    'text', jsonb_build_object('body', wa.shorten_text(p_body, 4096))
  )
$$;

comment on function wa.build_text is
'A text message, at most 4096 characters as Meta allows.';
