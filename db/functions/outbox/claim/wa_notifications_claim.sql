create or replace function public.wa_notifications_claim(
  worker text,
  batch integer default 10,
  lease interval default interval '60 seconds'
)
returns table (
  id bigint,
  lock_token uuid,
  phone_number_id text,
  request jsonb,
  upload jsonb,
  retry_count integer
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
-- Planning takes longer than running, and no plan depends on the arguments.
set plan_cache_mode = force_generic_plan
-- A plan made while a table was small would read all of it when it has grown.
set enable_seqscan = off
-- Before PostgreSQL 18 the scan that cannot be avoided then looks dear enough to be compiled, in every call.
set jit = off
as $$
#variable_conflict use_column
declare
  v_life text;
  v_is_on_time boolean;
  v_notifier_waits boolean;
  v_number text;
  v_is_unlimited boolean;
  v_window_opens timestamptz;
  v_pair_interval interval;
  v_pair_burst double precision;
  v_allowed integer;
  v_claimed integer;
  v_sender text;
  v_is_first boolean := true;
  v_left integer := batch;
begin
  if coalesce(worker, '') = '' or coalesce(batch, 0) not between 1 and 1000 or not lease > interval '0' then
    raise exception using
      errcode = 'WA013',
      message = 'a claim names its worker, a batch of 1 to 1000, and a lease longer than nothing',
      hint = 'For example: select * from wa_notifications_claim(''worker-1'', 10, ''60 seconds'').';
  end if;

  -- The server process and database of the last claim cannot have been restored meanwhile, and where it was a moment
  -- ago by a clock that goes forwards, there is nothing to note.
  select
    life.token,
    presence.seen_at between clock_timestamp() - interval '10 seconds' and clock_timestamp() + interval '5 seconds'
    and coalesce(
      (
        select notification.created_at
        from public.notifications as notification
        where notification.created_at < 'infinity'
        order by notification.id desc
        limit 1
      ) <= clock_timestamp() + interval '5 seconds',
      true
    ),
    (select state.notifier_waits from wa.queue_state as state)
  into v_life, v_is_on_time, v_notifier_waits
  from wa.lives as life
  inner join wa.server_presence as presence on presence.server_started_at = pg_postmaster_start_time()
  where life.left_at is null
    and life.database_oid = (
      select database.oid::bigint from pg_database as database where database.datname = current_database()
    );

  if v_is_on_time is not true then
    v_life := coalesce(v_life, wa.recognize_life());
    if v_life is null then
      return;
    end if;
    if not wa.follow_clock() then
      return;
    end if;
    perform wa.note_presence();
  end if;

  for v_number, v_is_unlimited, v_window_opens, v_pair_interval, v_pair_burst in
    select
      number.phone_number_id,
      -- Neither locked nor charged, so that claims of an unlimited number never wait for each other.
      coalesce(pace.rate_per_second, setting.rate_per_second) = 0 and pace.held_until <= clock_timestamp(),
      clock_timestamp() - interval '24 hours' + make_interval(secs => setting.window_margin_seconds),
      make_interval(secs => setting.pair_interval_seconds),
      setting.pair_burst
    from wa.list_sending_numbers() with ordinality as number (phone_number_id, position)
    left join wa.number_pace as pace on number.phone_number_id = pace.phone_number_id
    cross join (
      select
        max(one.value::double precision) filter (where one.key = 'number_rate_per_second'),
        max(one.value::double precision) filter (where one.key = 'service_window_margin_seconds'),
        max(one.value::double precision) filter (where one.key = 'pair_interval_seconds'),
        max(one.value::double precision) filter (where one.key = 'pair_burst')
      from wa.settings as one
      where one.key in (
        'number_rate_per_second', 'service_window_margin_seconds', 'pair_interval_seconds', 'pair_burst'
      )
    ) as setting (rate_per_second, window_margin_seconds, pair_interval_seconds, pair_burst)
    where not exists (select from wa.queue_state as state where state.paused_until > clock_timestamp())
      -- What is queued for a number that is not ours is held; what names none is sent from one that is.
      and (
        exists (
          select from wa.numbers as known
          where known.retired_at is null and number.phone_number_id in ('', known.phone_number_id)
        )
        or not exists (select from wa.numbers)
      )
    order by number.position
  loop
    v_allowed := v_left;
    if v_is_unlimited is not true then
      -- Whoever holds one number does not wait for the next: two claims could wait for each other.
      v_allowed := least(v_left, wa.open_number(v_number, v_is_first));
    end if;
    v_is_first := false;

    -- Of what names no number: null is the notifier's own.
    v_sender := case when v_number = '' then wa.choose_number(null) else v_number end;

    return query
    select
      claimed.id,
      claimed.lock_token,
      v_sender,
      coalesce(media.resolved -> 'payload', message.request),
      nullif(media.resolved -> 'upload', 'null'),
      claimed.retry_count
    from wa.claim_plain(
      v_number, worker, v_allowed, lease, v_window_opens, v_pair_interval, v_pair_burst
    ) as claimed
    cross join lateral (
      values (
        claimed.payload || case
          when claimed.address is null then jsonb '{"messaging_product": "whatsapp"}'
          else jsonb_object(
            array[
              'messaging_product', 'whatsapp',
              'recipient_type', coalesce(claimed.payload ->> 'recipient_type', 'individual'),
              -- Graph takes the digits of a BSUID in "to" for a phone number and drops the message.
              case when claimed.address ~ e'^[A-Z]{2}\\.' then 'recipient' else 'to' end, claimed.address,
              -- Which row, made when, in which life of which database: read by wa.match_statuses.
              'biz_opaque_callback_data', concat_ws(
                '.', claimed.id, (extract(epoch from claimed.created_at) * 1000000)::bigint, v_life
              )
            ]
          )
        end
      )
    ) as message (request)
    cross join lateral (
      values (
        case
          when claimed.payload -> (claimed.payload ->> 'type') ?| '{qr,file,stored}'
            then wa.resolve_media(message.request, v_sender)
        end
      )
    ) as media (resolved);

    get diagnostics v_claimed = row_count;

    if v_is_unlimited is not true then
      perform wa.charge_number(v_number, v_claimed);
    end if;
    v_left := v_left - v_claimed;
    exit when v_left = 0;
  end loop;

  -- A worker whose batch is not full may fall asleep; from now on producers wake it. Looking costs less than
  -- updating nothing, and who is busy anyway has looked before.
  if (coalesce(v_notifier_waits, true) or v_left > 0)
    and exists (select from wa.queue_state as state where state.notifier_waits <> (v_left > 0))
  then
    update wa.queue_state
    set notifier_waits = (v_left > 0)
    where queue_state.ctid = any(
      array(
        select state.ctid
        from wa.queue_state as state
        where state.notifier_waits <> (v_left > 0)
        for update skip locked
      )
    );
  end if;
end
$$;

alter function public.wa_notifications_claim owner to wa_runtime;

comment on function public.wa_notifications_claim is
'Hands a worker up to batch due notifications for as long as the lease: oldest first, one at a time for each user, within the pace of each business number. Every row is settled with its lock_token by wa_notifications_settle. request is the whole Graph API body; upload, when not null, names media to upload first and to put in as id.';

grant execute on function public.wa_notifications_claim to wa_notifier_role;
