create or replace function wa.describe_wanted_media(
  p_media bigint,
  p_kind text,
  p_media_id text,
  p_phone_number_id text,
  p_declared_type text,
  p_object wa.media_objects,
  p_url text default null
)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_strip_nulls(
    jsonb_build_object(
      'media', p_media,
      'kind', p_kind,
      'media_id', p_media_id,
      'url', p_url,
      'phone_number_id', p_phone_number_id,
      'mime_type', p_declared_type,
      'sha256', p_object.sha256,
      'key', p_object.key,
      'max_bytes', wa.get_setting('received_media_max_bytes')
    )
  );
end
$$;

comment on function wa.describe_wanted_media is
'What a task media.fetch is given: what Meta calls it and, for five minutes, its link; what it has to be; and where its bytes go.';
