create or replace function public.wa_desk_picture(
  who text,
  sha256 text,
  phone_number_id text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
as $$
#variable_conflict use_column
declare
  -- Longer than the store takes, and for somebody who tries again.
  c_pause constant interval := interval '1 hour';
  v_now constant timestamptz := clock_timestamp();
  v_place public.chat_state;
  v_object wa.media_objects;
  v_media bigint;
begin
  -- With the lock that erasing takes: nothing is kept about somebody who is just being erased.
  v_place := wa.hold_conversation(who, wa_desk_picture.phone_number_id);

  insert into wa.media_objects as object (sha256)
  values (lower(wa_desk_picture.sha256))
  on conflict (sha256) where unwanted_at is null do update
  set sha256 = excluded.sha256
  returning object.* into v_object;

  update wa.media as media
  set expires_at = greatest(media.expires_at, v_now + c_pause)
  where media.user_id = v_place.user_id
    and media.object_id = v_object.id
    and media.wa_message_id is null
  returning media.id into v_media;

  if not found then
    insert into wa.media as media (user_id, phone_number_id, kind, object_id, received_at, expires_at)
    values (v_place.user_id, nullif(v_place.phone_number_id, ''), 'image', v_object.id, v_now, v_now + c_pause)
    returning media.id into v_media;
  end if;

  return jsonb_build_object('media', v_media, 'key', v_object.key);
end
$$;

alter function public.wa_desk_picture owner to wa_runtime;

comment on function public.wa_desk_picture is
'Before a colleague answers with a picture: where its bytes, of this SHA-256 in hexadecimal, go in the media store (key), and as what they are kept of the person (media), for an hour unless wa_desk_picture_send follows. who and phone_number_id are as in wa_handover. Raises WA043 when there is nobody, WA045 for a number that is not ours, and 40001 to be called again when the person was merged meanwhile.';

grant execute on function public.wa_desk_picture to wa_agent_role, wa_operator_role;
