create or replace function wa.build_stored_media(p_media bigint, p_caption text default null)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_build_object(
      'type', sent.type,
      sent.type, jsonb_strip_nulls(
        jsonb_build_object(
          'stored', media.object_id,
          'caption', case when sent.type not in ('audio', 'sticker') then wa.shorten_text(p_caption, 1024) end,
          'filename', case sent.type when 'document' then media.filename end
        )
      )
    )
    from wa.media as media
    cross join lateral (values (case media.kind when 'voice' then 'audio' else media.kind end)) as sent (type)
    where media.id = p_media and media.status = 'stored'
  );
end
$$;

comment on function wa.build_stored_media is
'A message with what a user sent, for the same or another user: the notifier takes it from the media store and uploads it, once for as long as Meta keeps it. Null where wa.media has nothing stored under p_media. A caption is shortened to Meta''s 1024 characters.';
