create or replace function wa.build_url_button(p_body text, p_title text, p_url text)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'type', 'interactive',
    'interactive', jsonb_build_object(
      'type', 'cta_url',
      'body', jsonb_build_object('text', wa.shorten_text(p_body, 1024)),
      'action', jsonb_build_object(
        'name', 'cta_url',
        'parameters', jsonb_build_object('display_text', wa.shorten_text(p_title, 20), 'url', p_url)
      )
    )
  )
$$;

comment on function wa.build_url_button is
'A message with a button that opens an address (http or https, at most 2000 characters), shortened to Meta''s limits (body 1024, title 20 characters).';
