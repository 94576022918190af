create or replace function wa.add_header(p_message jsonb, p_type text, p_content text)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_set(
    p_message,
    '{interactive,header}',
    case p_type
      when 'text' then jsonb_build_object('type', 'text', 'text', wa.shorten_text(p_content, 60))
      else wa.build_media(p_type, p_content)
    end
  )
$$;

comment on function wa.add_header is
'A message with buttons, with a header: an image, a video or a document by its address or Meta''s id, or a text, shortened to Meta''s 60 characters, which a list may have as well.';
