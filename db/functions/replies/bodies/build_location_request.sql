create or replace function wa.build_location_request(p_body text)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'type', 'interactive',
    'interactive', jsonb_build_object(
      'type', 'location_request_message',
      'body', jsonb_build_object('text', wa.shorten_text(p_body, 1024)),
      'action', jsonb_build_object('name', 'send_location')
    )
  )
$$;

comment on function wa.build_location_request is
'A message with a button that shares the user''s place; its body is shortened to Meta''s 1024 characters.';
