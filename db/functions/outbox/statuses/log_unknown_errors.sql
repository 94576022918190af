create or replace function wa.log_unknown_errors(p_statuses jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_failures jsonb;
  v_unknown integer;
begin
  with failure as (
    select
      status.value ->> 'phone_number_id' as phone_number_id,
      (array_agg(status.value - 'phone_number_id'))[1] as example,
      count(*) as status_count
    from jsonb_array_elements(p_statuses) as status
    where status.value ? 'errors' and not wa.are_known_errors(status.value -> 'errors')
    group by phone_number_id, jsonb_path_query_array(status.value, '$.errors[*].code')
  )

  select jsonb_agg(to_jsonb(failure)), sum(failure.status_count) into v_failures, v_unknown
  from failure;

  if v_failures is null then
    return '[]'::jsonb;
  end if;

  insert into public.webhook_logs (kind, field, phone_number_id, detail)
  select
    'unknown',
    'messages',
    failure.phone_number_id,
    jsonb_build_object(
      'statuses', jsonb_build_array(wa.mask_json(failure.example, 'entry.changes.value.statuses')),
      'count', failure.status_count
    )
  from jsonb_to_recordset(v_failures) as failure (phone_number_id text, example jsonb, status_count bigint);

  return jsonb_build_array(
    jsonb_build_object('event', 'UNKNOWN_RECEIVED', 'level', 'warning', 'what', 'error', 'count', v_unknown)
  );
end
$$;

comment on function wa.log_unknown_errors is
'Stores in webhook_logs, of each code that wa.send_error_classes does not have, one of the statuses that came with it, masked, and their count. Returns events.';
