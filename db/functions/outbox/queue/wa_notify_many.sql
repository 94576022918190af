create or replace function public.wa_notify_many(
  recipients text[],
  payload jsonb,
  send_at timestamptz default now(),
  dedupe_prefix text default null
)
returns integer
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
  v_now timestamptz := clock_timestamp();
  v_send_at timestamptz := greatest(wa_notify_many.send_at, v_now);
  v_recipients text[];
  v_user_ids uuid[];
  v_queued integer;
begin
  perform wa.require_recipient(addressee.recipient)
  from unnest(wa_notify_many.recipients) as addressee (recipient);
  perform wa.notice_move();

  -- In a fixed order, so that two broadcasts which create the same profiles do not wait for each other.
  select array_agg(addressee.recipient), array_agg(addressee.user_id) into v_recipients, v_user_ids
  from (
    select
      ordered.recipient,
      wa.find_or_create_profile(
        case when ordered.recipient like '+%' then ordered.recipient end,
        case when ordered.recipient not like '+%' then ordered.recipient end
      ) as user_id
    from (
      select distinct given.recipient
      from unnest(wa_notify_many.recipients) as given (recipient)
      order by given.recipient
    ) as ordered
  ) as addressee;

  with queued as (
    insert into public.notifications (
      user_id, recipient, payload, author, priority, send_at, next_attempt_at, dedupe_key
    )
    select distinct on (addressee.user_id)
      addressee.user_id,
      addressee.recipient,
      wa_notify_many.payload,
      'broadcast',
      2,
      v_send_at,
      v_send_at,
      wa_notify_many.dedupe_prefix || ':' || addressee.user_id
    from unnest(v_recipients, v_user_ids) as addressee (recipient, user_id)
    order by addressee.user_id
    on conflict (dedupe_key) do nothing
    returning notifications.id
  )

  select count(*) into v_queued
  from queued;

  perform wa.emit_event('NOTIFY_QUEUE', jsonb_build_object('count', v_queued, 'send_at', v_send_at));
  if v_queued > 0 and v_send_at = v_now then
    perform wa.wake_notifier();
  end if;
  return v_queued;
end
$$;

alter function public.wa_notify_many owner to wa_runtime;

comment on function public.wa_notify_many is
'A broadcast: queues one message for every different person among the recipients, behind replies and single messages. With dedupe_prefix, nobody gets it twice, also when the call is repeated. Returns how many were queued.';

grant execute on function public.wa_notify_many to wa_operator_role;
