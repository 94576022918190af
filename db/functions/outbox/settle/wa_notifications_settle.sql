create or replace function public.wa_notifications_settle(results jsonb)
returns jsonb
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
declare
  v_ids bigint[];
  v_lock_tokens uuid[];
  v_wa_message_ids text[];
  v_durations_ms integer[];
  v_has_news boolean;
  v_has_more boolean;
  v_is_paused boolean;
  v_settled record;
  v_sent integer := 0;
  v_stale integer := 0;
  v_lost jsonb := jsonb '[]';
  v_events jsonb := jsonb '[]';
  v_others jsonb := jsonb '{}';
begin
  if jsonb_typeof(results) is distinct from 'array' then
    raise exception using
      errcode = 'WA014',
      message = 'results must be an array of results',
      hint = 'Each has id, lock_token and outcome; see docs/reference/outbox.md.';
  end if;

  select
    array_agg(result.id) filter (where result.outcome = 'accepted'),
    array_agg(result.lock_token) filter (where result.outcome = 'accepted'),
    array_agg(result.wa_message_id) filter (where result.outcome = 'accepted'),
    array_agg(result.duration_ms) filter (where result.outcome = 'accepted'),
    -- Most answers name the number that was written to.
    bool_or(
      result.outcome = 'accepted'
      and (result.user_id is not null or result.wa_id <> coalesce(ltrim(result.input, '+'), ''))
    ),
    bool_or(result.outcome is distinct from 'accepted' or result.media is not null),
    exists (select from wa.queue_state as state where state.paused_until > clock_timestamp())
  into v_ids, v_lock_tokens, v_wa_message_ids, v_durations_ms, v_has_news, v_has_more, v_is_paused
  from jsonb_to_recordset(results) as result (
    id bigint,
    lock_token uuid,
    outcome text,
    wa_message_id text,
    duration_ms integer,
    media jsonb,
    wa_id text,
    user_id text,
    input text
  );

  if v_has_news then
    perform wa.learn_addresses(results);
  end if;
  if v_has_more then
    v_others := wa.settle_others(results);
    -- By what happened, too.
    v_is_paused := exists (select from wa.queue_state as state where state.paused_until > clock_timestamp());
  end if;
  if v_ids is not null then
    v_settled := wa.settle_accepted(v_ids, v_lock_tokens, v_wa_message_ids, v_durations_ms);
    v_sent := v_settled.sent;
    v_stale := v_settled.stale;
    v_events := v_settled.events;
  end if;
  if v_stale > 0 then
    v_lost := (
      select coalesce(jsonb_agg(notification.id order by notification.id), '[]')
      from public.notifications as notification
      where notification.id = any(v_ids)
        and notification.lock_token <> v_lock_tokens[array_position(v_ids, notification.id)]
        and notification.status = 'sending'
    );
  end if;

  return jsonb_build_object(
    'sent', v_sent,
    'retried', coalesce((v_others ->> 'retried')::integer, 0),
    'waiting', coalesce((v_others ->> 'waiting')::integer, 0),
    'failed', coalesce((v_others ->> 'failed')::integer, 0),
    'in_doubt', coalesce((v_others ->> 'in_doubt')::integer, 0),
    'stale', v_stale + coalesce((v_others ->> 'stale')::integer, 0),
    'lost', v_lost,
    'paused', v_is_paused,
    'events', case when v_others ? 'events' then v_events || (v_others -> 'events') else v_events end
  );
end
$$;

alter function public.wa_notifications_settle owner to wa_runtime;

comment on function public.wa_notifications_settle is
'Takes what happened to claimed notifications: an array of results with id, lock_token, outcome (accepted, rejected, not_sent, unknown) and what Meta answered. Returns counts and events; stale counts results whose row somebody else owns or has settled, and lost are the ids of accepted ones that were claimed anew and are being sent.';

grant execute on function public.wa_notifications_settle to wa_notifier_role;
