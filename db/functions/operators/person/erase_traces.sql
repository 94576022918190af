create or replace function wa.erase_traces(p_pattern text, p_words text[])
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_events bigint;
  v_logs bigint;
  v_alerts bigint;
  v_occurrences bigint;
begin
  -- Of senders that could not be told, or were not allowed.
  delete from public.wa_events as event
  where event.user_id is null
    and event.payload::text ~ p_pattern;
  get diagnostics v_events = row_count;

  delete from public.webhook_logs as log
  where log.detail::text ~ p_pattern
    or exists (
      select from jsonb_path_query(log.detail, 'strict $.** ? (@.type() == "string")') as word (value)
      where word.value #>> '{}' = any(p_words)
    );
  get diagnostics v_logs = row_count;

  update wa.alerts as alert
  set detail = '{}'
  where alert.detail::text ~ p_pattern
    or exists (
      select from jsonb_path_query(alert.detail, 'strict $.** ? (@.type() == "string" || @.type() == "number")') as word (value)
      where word.value #>> '{}' = any(p_words)
    );
  get diagnostics v_alerts = row_count;

  update wa.alert_occurrences as occurrence
  set detail = '{}'
  where occurrence.detail::text ~ p_pattern
    or exists (
      select from jsonb_path_query(occurrence.detail, 'strict $.** ? (@.type() == "string" || @.type() == "number")') as word (value)
      where word.value #>> '{}' = any(p_words)
    );
  get diagnostics v_occurrences = row_count;

  return jsonb_build_object(
    'wa_events', v_events, 'webhook_logs', v_logs, 'alerts', v_alerts + v_occurrences,
    'kept_payloads', wa.erase_kept_payloads(p_pattern)
  );
end
$$;

comment on function wa.erase_traces is
'Of wa_erase_profile: what names somebody where no column does, by a pattern of wa.match_names or by whole words, such as message ids. Alerts are left without their details. Returns how many rows by table.';

grant execute on function wa.erase_traces to wa_privacy;
