create or replace function wa.build_qr_image(p_content text, p_caption text)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'type', 'image',
    'image', jsonb_build_object('qr', p_content, 'caption', wa.shorten_text(p_caption, 1024))
  )
$$;

comment on function wa.build_qr_image is
'An image of a QR code, which the notifier draws and uploads; its caption is shortened to Meta''s 1024 characters.';
