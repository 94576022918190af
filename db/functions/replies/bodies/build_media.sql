create or replace function wa.build_media(
  p_type text,
  p_media text,
  p_caption text default null,
  p_filename text default null
)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'type', p_type,
    p_type, jsonb_strip_nulls(
      jsonb_build_object(
        case when p_media ~ '^https?://' then 'link' else 'id' end, p_media,
        'caption', wa.shorten_text(p_caption, 1024),
        'filename', p_filename
      )
    )
  )
$$;

comment on function wa.build_media is
'A message with an image, a video, a document, an audio or a sticker: p_media is its address, or the id that Meta gave it. A caption is shortened to Meta''s 1024 characters; a document has a file name.';
