create or replace function public.wa_desk_picture_send(
  media bigint,
  size_bytes bigint,
  mime_type text,
  caption text default null,
  agent text default null,
  phone_number_id text default null,
  dedupe_key text default null
)
returns bigint
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
  v_user_id uuid;
  v_object_id uuid;
  v_now timestamptz;
begin
  if (
    wa_desk_picture_send.mime_type in ('image/jpeg', 'image/png')
    and wa_desk_picture_send.size_bytes between 1 and 5242880
  ) is not true
  then
    raise exception using
      errcode = 'WA011',
      message = 'a picture is a JPEG or a PNG of 5 MB at most',
      detail = format('It is %s, of %s bytes.', wa_desk_picture_send.mime_type, wa_desk_picture_send.size_bytes),
      hint = 'Meta takes no other. Save it as a JPEG, or smaller.';
  end if;

  select kept.user_id into v_user_id
  from wa.media as kept
  where kept.id = wa_desk_picture_send.media and kept.wa_message_id is null;

  if found then
    -- Before any row of media, as all others take their locks; meanwhile it may expire.
    perform wa.hold_conversation(v_user_id::text, wa_desk_picture_send.phone_number_id);

    v_now := clock_timestamp();
    update wa.media as kept
    set
      status = 'stored',
      expires_at = greatest(
        kept.expires_at,
        v_now + make_interval(secs => 86400 * wa.get_setting('received_media_ttl_days')::double precision)
      )
    where kept.id = wa_desk_picture_send.media
    returning kept.object_id into v_object_id;
  end if;

  if v_object_id is null then
    raise exception using
      errcode = 'WA011',
      message = format('there is no picture %s of a colleague, or no longer', wa_desk_picture_send.media),
      hint = 'Ask for one first: select public.wa_desk_picture(<who>, <its SHA-256>).';
  end if;

  update wa.media_objects as object
  set
    size_bytes = wa_desk_picture_send.size_bytes,
    mime_type = wa_desk_picture_send.mime_type,
    stored_at = v_now
  where object.id = v_object_id and object.stored_at is null;

  return public.wa_reply(
    v_user_id::text,
    jsonb_build_object(
      'type', 'image',
      'image', jsonb_strip_nulls(
        jsonb_build_object('stored', v_object_id, 'caption', nullif(btrim(wa_desk_picture_send.caption), ''))
      )
    ),
    wa_desk_picture_send.agent,
    wa_desk_picture_send.phone_number_id,
    wa_desk_picture_send.dedupe_key
  );
end
$$;

alter function public.wa_desk_picture_send owner to wa_runtime;

comment on function public.wa_desk_picture_send is
'A colleague answers with a picture that wa_desk_picture asked for (media) and that the media store has now: queued, recorded and refused as an answer by wa_reply, and kept for received_media_ttl_days. What it is is told by its bytes: image/jpeg or image/png, 5 MB at most. Returns the notification''s id, or that of the one already queued under dedupe_key. Raises WA011 for what Meta does not take and for media of nobody, and whatever wa_reply does.';

grant execute on function public.wa_desk_picture_send to wa_agent_role, wa_operator_role;
