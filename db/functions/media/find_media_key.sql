create or replace function wa.find_media_key(p_media bigint)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select object.key
    from wa.media as media
    inner join wa.media_objects as object on object.id = media.object_id
    where media.id = p_media and media.status = 'stored'
  );
end
$$;

comment on function wa.find_media_key is
'Where the media store has what wa.media knows by this id; null where it is not stored.';
