create or replace function public.wa_dispatch(payload jsonb, options jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set jit = off
-- A plan made for one small array looks cheaper than the general one, so that each call would plan anew.
set plan_cache_mode = force_generic_plan
-- And a plan made while a table was small would read all of it when it has grown.
set enable_seqscan = off
as $$
declare
  v_is_plain boolean;
  v_messages wa.received_message[];
  v_claimed wa.received_message[];
  v_statuses jsonb;
  v_counts jsonb;
  v_events jsonb := '[]'::jsonb;
  v_failures jsonb := '[]'::jsonb;
begin
  if options ? 'keep' then
    perform wa.keep_payloads(options -> 'keep');
  end if;

  if payload is not null then
    -- What Meta sends most is told with one look from what may hold anything.
    v_is_plain := wa.is_plain_webhook(payload);

    if not v_is_plain then
      perform wa.require_envelope(payload);
    end if;

    if (options -> 'snapshot') = 'true'::jsonb then
      perform wa.log_snapshot(payload);
    end if;

    v_messages := wa.extract_messages(payload);
    v_statuses := wa.extract_statuses(payload);
    v_claimed := wa.claim_events(wa.resolve_senders(wa.leave_out_erased(v_messages), v_statuses));
    v_events := wa.try_messages(v_claimed);
    v_failures := jsonb_path_query_array(v_events, '$[*] ? (@.event == "MESSAGE_FAILED")');

    if v_statuses is not null then
      v_events := v_events || coalesce(wa.try_statuses(v_statuses, payload) -> 'events', '[]');
    end if;

    if not v_is_plain then
      perform wa.log_other_fields(payload);

      if jsonb_path_exists(payload, '$[*].entry[*].changes[*] ? (@.field != "messages")') then
        v_events := v_events || wa.try_account_changes(payload);
      end if;
    end if;
  end if;

  v_counts := wa.count_dispatch(v_messages, v_claimed, jsonb_array_length(v_failures));
  if v_counts ->> 'failed' <> '0' or v_counts ->> 'invalid_sender' <> '0' then
    perform wa.alert_of_dispatch(v_counts, v_failures);
  end if;

  return v_counts
    || jsonb_build_object(
      'statuses', coalesce(jsonb_array_length(v_statuses), 0),
      'kept', coalesce(jsonb_array_length(options -> 'keep'), 0),
      'retention_due', wa.is_retention_due(),
      'events', v_events
    );
end
$$;

alter function public.wa_dispatch owner to wa_runtime;

comment on function public.wa_dispatch is
'Commits the effect of one webhook body, or of an array of bodies, exactly once, and returns counts, events to log and whether retention is due. options: keep (payloads to store as they came: body in base64, reason, error) and snapshot (true stores a masked copy in webhook_logs). Raises WA001 when payload is no webhook envelope; 40001 asks the caller to try again.';

grant execute on function public.wa_dispatch to wa_edge_role;
