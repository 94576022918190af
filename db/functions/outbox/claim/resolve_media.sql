create or replace function wa.resolve_media(p_payload jsonb, p_phone_number_id text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    with media as (
      select
        p_payload ->> 'type' as type,
        p_payload -> (p_payload ->> 'type') as body,
        wa.get_media_cache_key(p_payload, p_phone_number_id) as cache_key
    )

    select jsonb_build_object(
      'payload', jsonb_set(
        p_payload,
        array[media.type],
        (media.body - '{qr,file,stored,mime_type}'::text[])
        || case when cached.media_id is null then '{}' else jsonb_build_object('id', cached.media_id) end
      ),
      'upload', case
        when cached.media_id is not null then null
        when media.body ? 'qr'
          then jsonb_build_object('kind', 'qr', 'content', media.body ->> 'qr', 'cache_key', media.cache_key)
        when media.body ? 'stored'
          then jsonb_build_object(
            'kind', 'stored',
            'key', object.key,
            'mime_type', object.mime_type,
            'cache_key', media.cache_key
          )
        else jsonb_build_object(
          'kind', 'file',
          'path', media.body ->> 'file',
          'mime_type', media.body ->> 'mime_type',
          'cache_key', media.cache_key
        )
      end
    )
    from media
    left join wa.media_objects as object
      on object.id = (media.body ->> 'stored')::uuid and object.stored_at is not null and object.unwanted_at is null
    left join wa.media_cache as cached
      on media.cache_key = cached.cache_key
      and cached.expires_at > clock_timestamp()
      and (object.id is not null or not media.body ? 'stored')
  );
end
$$;

comment on function wa.resolve_media is
'For a payload whose media is a qr, a file, or stored: {"payload", "upload"}, the payload with the id of an earlier upload, or upload saying what has to be uploaded first; key is null in it for what is stored no longer.';
