create or replace function wa.want_media(p_messages wa.message[], p_is_asked boolean default false)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  c_types constant text[] := array['image', 'document', 'video', 'audio', 'sticker'];
  -- For so long Meta knows the id of what a user sent.
  c_life constant interval := interval '7 days';
  -- With the longest delay between them, hours in which Meta or the store may be away.
  c_attempts constant integer := 30;
  v_now constant timestamptz := clock_timestamp();
  v_kinds jsonb;
  v_user_ids uuid[];
  v_phone_number_ids text[];
  v_message_ids text[];
  v_sent_at timestamptz[];
  v_sorts text[];
  v_bodies jsonb[];
  v_digests text[];
  v_object_ids uuid[];
  v_object_digests text[];
  v_keys text[];
  v_media_ids bigint[];
  v_wanted_ids text[];
  v_wanted_count integer;
begin
  if not exists (select from unnest(p_messages) as sent where sent.message_type = any(c_types)) then
    return;
  end if;

  v_kinds := wa.get_setting('received_media_kinds');
  if v_kinds = '[]' and not p_is_asked then
    return;
  end if;

  select
    array_agg(sent.user_id),
    array_agg(sent.phone_number_id),
    array_agg(sent.wa_message_id),
    array_agg(sent.sent_at),
    array_agg(sent.kind),
    array_agg(sent.body),
    array_agg(sent.sha256)
  into v_user_ids, v_phone_number_ids, v_message_ids, v_sent_at, v_sorts, v_bodies, v_digests
  from (
    select
      message.user_id,
      message.phone_number_id,
      message.wa_message_id,
      message.sent_at,
      media.kind,
      media.body,
      case
        when media.body ->> 'sha256' ~ '^[0-9A-Fa-f]{64}$' then lower(media.body ->> 'sha256')
        when media.body ->> 'sha256' ~ '^[0-9A-Za-z+/]{43}=$' then encode(decode(media.body ->> 'sha256', 'base64'), 'hex')
      end as sha256
    from unnest(p_messages) as message
    cross join lateral (
      select
        message.content -> message.message_type as body,
        case
          when message.message_type = 'audio' and message.content #> '{audio,voice}' = 'true' then 'voice'
          else message.message_type
        end as kind
    ) as media
    where message.message_type = any(c_types)
      and message.status = 'processed'
      and message.user_id is not null
      and media.body ->> 'id' <> ''
      and (p_is_asked or v_kinds ? media.kind)
  ) as sent
  where sent.sha256 is not null;

  if v_digests is null then
    return;
  end if;

  -- Whoever sends the same again waits for whoever is just giving it up, and then begins a new one.
  with object as (
    insert into wa.media_objects as stored (sha256)
    select distinct sent.sha256
    from unnest(v_digests) as sent (sha256)
    order by sent.sha256
    on conflict (sha256) where unwanted_at is null do update
    set sha256 = excluded.sha256
    returning stored.id, stored.sha256, stored.key
  )

  select array_agg(object.id), array_agg(object.sha256), array_agg(object.key)
  into v_object_ids, v_object_digests, v_keys
  from object;

  with wanted as (
    insert into wa.media as media (
      user_id, phone_number_id, wa_message_id, kind, media_id, declared_type, filename, object_id, received_at,
      expires_at
    )
    select
      sent.user_id,
      sent.phone_number_id,
      sent.wa_message_id,
      sent.kind,
      sent.body ->> 'id',
      sent.body ->> 'mime_type',
      sent.body ->> 'filename',
      object.id,
      sent.sent_at,
      v_now + make_interval(secs => 86400 * wa.get_setting('received_media_ttl_days')::double precision)
    from unnest(v_user_ids, v_phone_number_ids, v_message_ids, v_sent_at, v_sorts, v_bodies, v_digests) as sent (
      user_id, phone_number_id, wa_message_id, sent_at, kind, body, sha256
    )
    inner join unnest(v_object_ids, v_object_digests) as object (id, sha256) on object.sha256 = sent.sha256
    order by sent.wa_message_id
    on conflict (wa_message_id) do nothing
    returning media.id, media.wa_message_id
  )

  select array_agg(wanted.id), array_agg(wanted.wa_message_id) into v_media_ids, v_wanted_ids
  from wanted;

  insert into wa.tasks (
    user_id, phone_number_id, kind, input, state, dedupe_key, max_attempts, turn_at, next_attempt_at, deadline_at
  )
  select
    sent.user_id,
    sent.phone_number_id,
    'media.fetch',
    wa.describe_wanted_media(
      wanted.id,
      sent.kind,
      sent.body ->> 'id',
      sent.phone_number_id,
      sent.body ->> 'mime_type',
      jsonb_populate_record(null::wa.media_objects, jsonb_build_object('sha256', object.sha256, 'key', object.key)),
      sent.body ->> 'url'
    ),
    -- No step waits for it, unless one says so before it is committed.
    '',
    'media:' || wanted.id,
    c_attempts,
    v_now,
    v_now,
    v_now + c_life
  from unnest(v_media_ids, v_wanted_ids) as wanted (id, wa_message_id)
  inner join unnest(v_user_ids, v_phone_number_ids, v_message_ids, v_sorts, v_bodies, v_digests) as sent (
    user_id, phone_number_id, wa_message_id, kind, body, sha256
  ) on sent.wa_message_id = wanted.wa_message_id
  inner join unnest(v_object_digests, v_keys) as object (sha256, key) on object.sha256 = sent.sha256
  order by wanted.id;

  get diagnostics v_wanted_count = row_count;
  perform pg_notify('wa_tasks', 'media.fetch')
  where v_wanted_count > 0 and pg_notification_queue_usage() < 0.5;
end
$$;

comment on function wa.want_media is
'Notes the media of messages that have just been recorded in wa.media, and asks workers to fetch them (media.fetch): those of the kinds in received_media_kinds, or all where p_is_asked. What carries no sha256 to check it by is left alone, and so is what was noted before.';
