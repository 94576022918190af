create or replace function public.wa_dispatch(payload jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
-- For the steps of a team, which may have backslashes in plain strings.
set standard_conforming_strings = on
set jit = off
-- A plan made for one small array looks cheaper than the general one, so that each call would plan anew.
set plan_cache_mode = force_generic_plan
-- And a plan made while a table was small would read all of it when it has grown.
set enable_seqscan = off
as $$
declare
  v_webhook record;
  v_claimed wa.message[];
  v_answered record;
  v_late integer;
  v_failed integer;
  v_foreign integer;
  v_invalid integer;
  v_ignored integer;
  v_events jsonb;
  -- What most calls have nothing of.
  v_counts jsonb := jsonb '{"failed": 0, "invalid_sender": 0, "ignored": 0, "foreign": 0, "statuses": 0, "kept": 0}';
begin
  -- Each expression is set up anew in each transaction: what most calls have nothing of is looked at together.
  if options <> '{}' then
    perform wa.keep_payloads(options -> 'keep');
    v_counts := v_counts || jsonb_build_object('kept', coalesce(jsonb_array_length(options -> 'keep'), 0));

    insert into public.webhook_logs (kind, waba_id, detail)
    select 'snapshot', body #>> '{entry,0,id}', wa.mask_json(body)
    from jsonb_path_query(payload, '$[*]') as body
    where options -> 'snapshot' = 'true';

    if options ? 'refused' then
      perform wa.raise_alert('signatures_refused', 'signature', options -> 'refused');
      v_counts := v_counts || jsonb_build_object(
        'alerted', (select coalesce(state.alerts_are_posted, true)::integer from wa.queue_state as state)
      );
    end if;
  end if;

  -- Nothing but payloads to keep is a webhook without entries.
  v_webhook := wa.read_webhook(coalesce(payload, '{"object": "whatsapp_business_account", "entry": []}'));
  v_claimed := wa.claim_messages(wa.know_senders(wa.leave_out_erased(v_webhook.messages), v_webhook.statuses));

  -- Oldest first. The shortest that reply_ttl_seconds may be has not passed for most.
  if v_claimed[1].sent_at < now() - interval '60 seconds' then
    if options -> 'answer_late' is distinct from 'true' then
      select left_over.messages, nullif(left_over.late, 0) into v_claimed, v_late
      from wa.leave_unanswered(v_claimed) as left_over;
    end if;
  end if;

  v_answered := wa.answer_messages(v_claimed);
  v_events := v_answered.events;

  if v_answered.processed < cardinality(v_claimed)
    or num_nonnulls(v_late, v_webhook.unattributed, v_webhook.foreign_messages, v_webhook.statuses, v_webhook.rest) > 0
  then
    v_failed := jsonb_array_length(v_answered.failures);
    v_events := v_events || v_answered.failures;

    if v_late is not null then
      v_events := v_events || jsonb_build_object('event', 'MESSAGES_TOO_LATE', 'level', 'warning', 'count', v_late);
    end if;

    if v_webhook.statuses is not null then
      v_events := v_events || wa.try_apart('statuses', v_webhook.statuses, payload);
    end if;

    if v_webhook.rest is not null then
      v_events := v_events
        || wa.log_rest(v_webhook.rest)
        || wa.try_apart('account_changes', v_webhook.rest, payload);
    end if;

    v_foreign := 0;
    if v_webhook.foreign_messages is not null then
      v_foreign := wa.keep_foreign(wa.leave_out_erased(v_webhook.foreign_messages));
    end if;

    select
      count(*) filter (where message.status = 'ignored'),
      cardinality(v_claimed) - v_answered.processed - v_failed - count(*) filter (where message.status = 'ignored')
    into v_ignored, v_invalid
    from unnest(v_claimed) as message;

    if v_webhook.unattributed is not null then
      v_invalid := v_invalid + wa.keep_unattributed(v_webhook.unattributed);
    end if;

    if v_failed > 0 or v_invalid > 0 then
      perform wa.alert_of_dispatch(v_answered.failures, v_invalid);
    end if;

    v_counts := v_counts || jsonb_build_object(
      'failed', v_failed,
      'invalid_sender', v_invalid,
      'ignored', v_ignored + v_foreign,
      'foreign', v_foreign,
      'statuses', coalesce(jsonb_array_length(v_webhook.statuses), 0)
    );
  end if;

  return v_counts || jsonb_build_object(
    'processed', v_answered.processed,
    'duplicate', coalesce(cardinality(v_webhook.messages || v_webhook.foreign_messages), 0)
      - coalesce(v_foreign, 0) - cardinality(v_claimed),
    'retention_due', wa.is_retention_due(),
    'events', v_events
  );
end
$$;

alter function public.wa_dispatch owner to wa_runtime;

comment on function public.wa_dispatch is
'Commits the effect of one webhook body, or of an array of bodies, exactly once, and returns counts, events to log and whether retention is due; foreign counts those of the ignored that came for numbers which are not ours. options: keep (payloads to store as they came: body in base64, reason, error), snapshot (true stores a masked copy in webhook_logs), refused (raises the alert that signatures are, with this detail; alerted is 1 where a notifier posts alerts) and answer_late (true answers messages however old they are, as a replay does). Raises WA001 when payload is no webhook envelope; 40001 asks the caller to try again.';

grant execute on function public.wa_dispatch to wa_edge_role;
