create or replace function wa.export_media(p_user_ids uuid[])
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select coalesce(
      jsonb_agg(
        to_jsonb(media) - 'object_id'
        || jsonb_build_object(
          'sha256', object.sha256,
          'size_bytes', object.size_bytes,
          'mime_type', object.mime_type,
          'stored_at', object.stored_at,
          'key', object.key
        )
        order by media.id
      ),
      '[]'
    )
    from wa.media as media
    inner join wa.media_objects as object on object.id = media.object_id
    where media.user_id = any(p_user_ids)
  );
end
$$;

comment on function wa.export_media is
'What people sent of pictures, documents and the like, and the pictures with which colleagues answered them, as wa_export_profile hands it out: with the hash of the bytes, and the key under which the media store has them.';

grant execute on function wa.export_media to wa_privacy;
