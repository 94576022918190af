create or replace function wa.find_media_problem(p_type text, p_media jsonb)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when (
      select count(*) from unnest(array['id', 'link', 'qr', 'file', 'stored']) as source (name)
      where jsonb_typeof(p_media -> source.name) = 'string' and p_media ->> source.name <> ''
    ) <> 1
      then format('%s takes exactly one of id, link, qr, file and stored', p_type)
    when p_media ? 'qr' and p_type <> 'image' then format('%s cannot be a qr; only an image can', p_type)
    when p_media ? 'file' and coalesce(p_media ->> 'mime_type', '') = '' then format('%s.file takes a mime_type', p_type)
    -- It becomes a line of an upload, which nothing in it must be able to end.
    when p_media ? 'file'
      and p_media ->> 'mime_type'
      !~ '^[A-Za-z0-9_.+-]{1,100}/[A-Za-z0-9_.+-]{1,100}(; ?[A-Za-z0-9_.+-]{1,50}=[A-Za-z0-9_.+-]{1,50})?$'
      then format('%s.mime_type must be a type and a subtype, such as application/pdf', p_type)
    when p_media ? 'file' and (p_media ->> 'file' ~ '^/' or p_media ->> 'file' ~ e'(^|/)\\.\\.(/|$)')
      then format('%s.file must be a path inside the media folder', p_type)
    when p_media ? 'stored' and p_media ->> 'stored' !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
      then format('%s.stored must be the id of a row of wa.media_objects', p_type)
    when p_media ? 'link' and p_media ->> 'link' !~ '^https?://' then format('%s.link must be a URL', p_type)
    when p_media ? 'caption' and p_type in ('audio', 'sticker') then format('%s has no caption', p_type)
    when char_length(p_media ->> 'caption') > 1024
      then format('%s.caption has %s characters; 1024 are allowed', p_type, char_length(p_media ->> 'caption'))
  end;
$$;

comment on function wa.find_media_problem is
'What is wrong with an image, video, audio, document or sticker, or null. qr, file and stored are uploaded by the notifier.';
