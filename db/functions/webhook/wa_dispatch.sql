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
  v_answered record;
  v_received integer := 0;
  v_statuses integer := 0;
  v_known wa.message[];
  v_claimed wa.message[];
  v_new integer := 0;
  v_foreign integer := 0;
  v_processed integer := 0;
  v_failed integer := 0;
  v_invalid integer := 0;
  v_others integer;
  v_ignored integer := 0;
  v_late integer := 0;
  v_events jsonb := '[]'::jsonb;
begin
  if options ? 'keep' then
    perform wa.keep_payloads(options -> 'keep');
  end if;

  if payload is not null then
    v_webhook := wa.read_webhook(payload);

    if options -> 'snapshot' = 'true' then
      insert into public.webhook_logs (kind, waba_id, detail)
      select 'snapshot', body #>> '{entry,0,id}', wa.mask_json(body)
      from jsonb_path_query(payload, '$[*]') as body;
    end if;

    if v_webhook.unattributed is not null then
      v_invalid := wa.keep_unattributed(v_webhook.unattributed);
    end if;

    v_known := wa.know_senders(wa.leave_out_erased(v_webhook.messages), v_webhook.statuses);

    if v_webhook.foreign_messages is not null then
      v_foreign := wa.keep_foreign(wa.leave_out_erased(v_webhook.foreign_messages));
    end if;

    v_claimed := wa.claim_messages(v_known);

    -- Oldest first. The shortest that reply_ttl_seconds may be has not passed for most.
    if v_claimed[1].sent_at < now() - interval '60 seconds' then
      if options -> 'answer_late' is distinct from 'true' then
        select left_over.messages, left_over.late into v_claimed, v_late
        from wa.leave_unanswered(v_claimed) as left_over;
      end if;
    end if;

    v_answered := wa.answer_messages(v_claimed);
    v_events := v_answered.events;
    v_processed := v_answered.processed;
    v_new := cardinality(v_claimed);

    if v_answered.failures <> '[]' then
      v_events := v_events || v_answered.failures;
      v_failed := jsonb_array_length(v_answered.failures);
    end if;

    if v_late > 0 then
      v_events := v_events || jsonb_build_object('event', 'MESSAGES_TOO_LATE', 'level', 'warning', 'count', v_late);
    end if;

    if v_webhook.statuses is not null then
      v_events := v_events || wa.try_apart('statuses', v_webhook.statuses, payload);
      v_statuses := jsonb_array_length(v_webhook.statuses);
    end if;

    if v_webhook.rest is not null then
      v_events := v_events
        || wa.log_rest(v_webhook.rest)
        || wa.try_apart('account_changes', v_webhook.rest, payload);
    end if;

    v_received := cardinality(v_webhook.messages || v_webhook.foreign_messages);
  end if;

  v_others := v_new - v_processed - v_failed;

  if v_others > 0 then
    select count(*) filter (where message.status = 'ignored') into v_ignored
    from unnest(v_claimed) as message;

    v_invalid := v_invalid + v_others - v_ignored;
  end if;

  if v_failed > 0 or v_invalid > 0 then
    perform wa.alert_of_dispatch(v_answered.failures, v_invalid);
  end if;

  return jsonb_build_object(
    'processed', v_processed,
    'failed', v_failed,
    'invalid_sender', v_invalid,
    'ignored', v_ignored + v_foreign,
    'foreign', v_foreign,
    'duplicate', coalesce(v_received, 0) - v_foreign - v_new,
    'statuses', v_statuses,
    'kept', coalesce(jsonb_array_length(options -> 'keep'), 0),
    'retention_due', wa.is_retention_due(),
    'events', v_events
  );
end
$$;

alter function public.wa_dispatch owner to wa_runtime;

comment on function public.wa_dispatch is
'Commits the effect of one webhook body, or of an array of bodies, exactly once, and returns counts, events to log and whether retention is due; foreign counts those of the ignored that came for numbers which are not ours. options: keep (payloads to store as they came: body in base64, reason, error), snapshot (true stores a masked copy in webhook_logs) and answer_late (true answers messages however old they are, as a replay does). Raises WA001 when payload is no webhook envelope; 40001 asks the caller to try again.';

grant execute on function public.wa_dispatch to wa_edge_role;
