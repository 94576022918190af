create or replace function wa.build_buttons(p_body text, p_buttons jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'type', 'interactive',
    'interactive', jsonb_build_object(
      'type', 'button',
      'body', jsonb_build_object('text', wa.shorten_text(p_body, 1024)),
      'action', jsonb_build_object(
        'buttons', (
          select jsonb_agg(
            jsonb_build_object(
              'type', 'reply',
              'reply', jsonb_build_object(
                'id', button.body ->> 'id',
                'title', wa.shorten_text(button.body ->> 'title', 20)
              )
            )
            order by button.position
          )
          from jsonb_array_elements(p_buttons) with ordinality as button (body, position)
        )
      )
    )
  )
$$;

comment on function wa.build_buttons is
'A message with one to three reply buttons, an array of objects with id and title, shortened to Meta''s limits (body 1024, title 20 characters).';
