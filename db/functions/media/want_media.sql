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
  v_wanted_count integer;
begin
  if not exists (select from unnest(p_messages) as sent where sent.message_type = any(c_types)) then
    return;
  end if;

  v_kinds := wa.get_setting('received_media_kinds');
  if v_kinds = '[]' and not p_is_asked then
    return;
  end if;

  with sent as materialized (
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
  ),

  -- Whoever sends the same again waits for whoever is just giving it up, and then begins a new one.
  object as (
    insert into wa.media_objects as stored (sha256)
    select distinct sent.sha256
    from sent
    where sent.sha256 is not null
    order by sent.sha256
    on conflict (sha256) where unwanted_at is null do update
    set sha256 = excluded.sha256
    returning stored.id, stored.sha256, stored as described
  ),

  wanted as (
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
    from sent
    inner join object on object.sha256 = sent.sha256
    order by sent.wa_message_id
    on conflict (wa_message_id) do nothing
    returning media.id, media.wa_message_id, media.object_id
  ),

  asked as (
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
        object.described,
        sent.body ->> 'url'
      ),
      -- No step waits for it, unless one says so before it is committed.
      '',
      'media:' || wanted.id,
      c_attempts,
      v_now,
      v_now,
      v_now + c_life
    from wanted
    inner join sent on sent.wa_message_id = wanted.wa_message_id
    inner join object on object.id = wanted.object_id
    order by wanted.id
    returning id
  )

  select count(*) into v_wanted_count
  from asked;

  perform pg_notify('wa_tasks', 'media.fetch')
  where v_wanted_count > 0 and pg_notification_queue_usage() < 0.5;
end
$$;

comment on function wa.want_media is
'Notes the media of messages that have just been recorded in wa.media, and asks workers to fetch them (media.fetch): those of the kinds in received_media_kinds, or all where p_is_asked. What carries no sha256 to check it by is left alone, and so is what was noted before.';
