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
declare
  c_most constant integer := 1000;
  v_ids constant bigint[] := array(
    select answer.id::bigint
    from unnest(wa_desk_media.message_ids[1:c_most]) as answer (id)
    where answer.id ~ '^[0-9]{1,18}$'
  );
begin
  return query
  select media.wa_message_id, object.key, object.mime_type, media.filename
  from wa.media as media
  inner join wa.media_objects as object on object.id = media.object_id
  where media.wa_message_id = any(wa_desk_media.message_ids[1:c_most])
    and media.status = 'stored'
  union all
  select notification.id::text, object.key, object.mime_type, sent.body ->> 'filename'
  from public.notifications as notification
  cross join lateral (values (notification.payload -> (notification.payload ->> 'type'))) as sent (body)
  inner join wa.media_objects as object on object.id = (sent.body ->> 'stored')::uuid
  where notification.id = any(v_ids)
    and object.stored_at is not null
    and object.unwanted_at is null;
end
$$;

alter function public.wa_desk_media owner to wa_runtime;

comment on function public.wa_desk_media is
'Of up to 1,000 messages, by their ids in wa_conversation, those whose picture, document or the like is in the media store, be it a user''s or one that was sent from there: under which key, what it is by its content, and its name where it had one. Whoever knows a key needs the store''s credentials as well.';

grant execute on function public.wa_desk_media to wa_agent_role, wa_operator_role;
