create or replace function wa.get_media_cache_key(p_payload jsonb, p_phone_number_id text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when media.body ? 'qr' then concat(
      p_phone_number_id, ':qr:', encode(sha256(convert_to(media.body ->> 'qr', 'UTF8')), 'hex')
    )
    when media.body ? 'stored' then concat(p_phone_number_id, ':stored:', media.body ->> 'stored')
    when media.body ? 'file' then concat(p_phone_number_id, ':file:', media.body ->> 'file')
  end
  from (values (p_payload -> (p_payload ->> 'type'))) as media (body);
$$;

comment on function wa.get_media_cache_key is
'Under which key the upload of a payload''s media is remembered; null for a payload that needs no upload.';
