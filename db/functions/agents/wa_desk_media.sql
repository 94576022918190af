create or replace function public.wa_desk_media(message_ids text[])
returns table (message_id text, key text, mime_type text, filename text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
as $$
begin
  return query
  select media.wa_message_id, object.key, object.mime_type, media.filename
  from wa.media as media
  inner join wa.media_objects as object on object.id = media.object_id
  where media.wa_message_id = any(wa_desk_media.message_ids[1:1000])
    and media.status = 'stored';
end
$$;

alter function public.wa_desk_media owner to wa_runtime;

comment on function public.wa_desk_media is
'Of up to 1,000 messages of users those whose picture, document or the like is in the media store: under which key, what it is by its content, and its name where it had one. Whoever knows a key needs the store''s credentials as well.';

grant execute on function public.wa_desk_media to wa_agent_role, wa_operator_role;
