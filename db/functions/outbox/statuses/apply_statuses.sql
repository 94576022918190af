create or replace function wa.apply_statuses(p_statuses jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Payments and calls have statuses too, some of them of the same names.
  c_of_message constant jsonpath := jsonpath '
    $[*] ? (
      (!exists(@.type) || @.type == null || @.type == "message")
      && (
        @.status == "sent" || @.status == "delivered" || @.status == "read" || @.status == "played"
        || @.status == "failed"
      )
    )';
  v_of_messages jsonb := jsonb_path_query_array(p_statuses, c_of_message);
  v_others jsonb := jsonb '{"payments": 0, "unknown": 0, "events": []}';
  v_matched jsonb;
  v_unmatched integer;
  v_of_another_life integer;
  v_applied integer := 0;
  v_events jsonb := '[]'::jsonb;
  v_successes jsonb;
  v_failures jsonb;
begin
  if jsonb_array_length(v_of_messages) < jsonb_array_length(p_statuses) then
    v_others := wa.log_other_statuses(
      (
        select jsonb_agg(status.value)
        from jsonb_array_elements(p_statuses) as status
        where not jsonb_path_exists(status.value, c_of_message)
      )
    );
  end if;

  if p_statuses @? '$[*].errors' then
    v_events := wa.log_unknown_errors(v_of_messages);
  end if;

  select
    jsonb_agg(to_jsonb(matched.*)) filter (where matched.notification_id is not null),
    count(*) filter (where matched.notification_id is null),
    count(*) filter (where matched.is_of_another_life)
  into v_matched, v_unmatched, v_of_another_life
  from wa.match_statuses(v_of_messages) as matched;

  if v_matched is not null then
    v_successes := wa.apply_success_statuses(v_matched);
    v_failures := wa.apply_failed_statuses(v_matched);
    v_applied := (v_successes ->> 'applied')::integer + (v_failures ->> 'applied')::integer;
    v_events := v_events || (v_successes -> 'events') || (v_failures -> 'events');
  end if;

  if v_of_another_life > 0 then
    perform wa.raise_alert('status_of_another_life', 'status', jsonb_build_object('statuses', v_of_another_life));
  end if;

  return jsonb_build_object(
    'statuses', jsonb_array_length(p_statuses),
    'applied', v_applied,
    'unmatched', v_unmatched,
    'payments', v_others -> 'payments',
    'unknown', v_others -> 'unknown',
    'events', v_events || (v_others -> 'events')
  );
end
$$;

comment on function wa.apply_statuses is
'Moves notifications on by status webhooks: an array of Meta''s status objects, each with the phone_number_id that it came for. Forwards only, in any order; a status that names nothing of ours is counted as unmatched, and one of anything but a message is only logged.';
