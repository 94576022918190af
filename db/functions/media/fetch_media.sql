create or replace function wa.fetch_media(
  p_chat wa.chat,
  p_state text default null,
  p_late_state text default null
)
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_state constant text := coalesce(wa.name_state(p_chat.prefix, p_state), p_chat.state);
  v_message wa.message := p_chat.message;
  v_task bigint;
  v_input jsonb;
begin
  perform wa.want_media(array[v_message], true);

  -- What the message itself asked for is not under way before this is committed.
  update wa.tasks as task
  set state = v_state, late_state = wa.name_state(p_chat.prefix, p_late_state)
  from wa.media as media
  where media.wa_message_id = v_message.wa_message_id
    and task.dedupe_key = 'media:' || media.id
    and task.status = 'queued'
    and task.state = ''
  returning task.id into v_task;

  if v_task is not null then
    return v_task;
  end if;

  select wa.describe_wanted_media(
    media.id, media.kind, media.media_id, media.phone_number_id, media.declared_type,
    row(object.*)::wa.media_objects
  )
  into v_input
  from wa.media as media
  inner join wa.media_objects as object on object.id = media.object_id
  where media.wa_message_id = v_message.wa_message_id;

  if v_input is null then
    return null;
  end if;
  return wa.request_task(p_chat, 'media.fetch', v_input, null, p_state, p_late_state);
end
$$;

comment on function wa.fetch_media is
'Asks for what the user has just sent (a picture, a document, …), as part of what the step does, and returns the task''s id for wa.wait_for; null where the message brings nothing to fetch. The result comes back like any task''s, to the step of p_state (null: the state at hand): media (the row of wa.media), sha256, size_bytes, mime_type by content and key, or refused (too_large, wrong_kind) instead of them.';
