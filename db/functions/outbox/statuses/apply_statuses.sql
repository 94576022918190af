create or replace function wa.apply_statuses(p_statuses jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_matched jsonb;
  v_unmatched integer;
  v_of_another_life integer;
  v_applied integer := 0;
  v_events jsonb := '[]'::jsonb;
  v_successes jsonb;
  v_failures jsonb;
begin
  select
    jsonb_agg(to_jsonb(matched.*)) filter (where matched.notification_id is not null),
    count(*) filter (where matched.notification_id is null),
    count(*) filter (where matched.is_of_another_life)
  into v_matched, v_unmatched, v_of_another_life
  from wa.match_statuses(p_statuses) as matched;

  if v_matched is not null then
    v_successes := wa.apply_success_statuses(v_matched);
    v_failures := wa.apply_failed_statuses(v_matched);
    v_applied := (v_successes ->> 'applied')::integer + (v_failures ->> 'applied')::integer;
    v_events := v_successes -> 'events' || (v_failures -> 'events');
  end if;

  if v_of_another_life > 0 then
    perform wa.raise_alert('status_of_another_life', 'status', jsonb_build_object('statuses', v_of_another_life));
  end if;

  return jsonb_build_object(
    'statuses', jsonb_array_length(p_statuses),
    'applied', v_applied,
    'unmatched', v_unmatched,
    'events', v_events
  );
end
$$;

comment on function wa.apply_statuses is
'Moves notifications on by status webhooks: an array of Meta''s status objects, each with the phone_number_id that it came for. Forwards only, in any order; a status that names nothing of ours is counted as unmatched.';
