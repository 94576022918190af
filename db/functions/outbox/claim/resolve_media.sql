create or replace function wa.resolve_media(p_payload jsonb, p_phone_number_id text)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
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
      (media.body - '{qr,file,mime_type}'::text[])
      || case when cached.media_id is null then '{}' else jsonb_build_object('id', cached.media_id) end
    ),
    'upload', case
      when cached.media_id is not null then null
      when media.body ? 'qr'
        then jsonb_build_object('kind', 'qr', 'content', media.body ->> 'qr', 'cache_key', media.cache_key)
      else jsonb_build_object(
        'kind', 'file',
        'path', media.body ->> 'file',
        'mime_type', media.body ->> 'mime_type',
        'cache_key', media.cache_key
      )
    end
  )
  from media
  left join wa.media_cache as cached
    on media.cache_key = cached.cache_key and cached.expires_at > clock_timestamp();
$$;

comment on function wa.resolve_media is
'For a payload whose media is a qr or a file: {"payload", "upload"}, the payload with the id of an earlier upload, or upload saying what has to be uploaded first.';
