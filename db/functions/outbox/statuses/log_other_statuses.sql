create or replace function wa.log_other_statuses(p_statuses jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_sorts jsonb;
  v_payments integer;
  v_unknown integer;
begin
  with sort as (
    select
      coalesce(status.value ->> 'type' = 'payment', false) as is_payment,
      status.value ->> 'phone_number_id' as phone_number_id,
      (array_agg(status.value - 'phone_number_id'))[1] as example,
      count(*) as status_count
    from jsonb_array_elements(p_statuses) as status
    group by is_payment, phone_number_id, status.value -> 'type', status.value -> 'status'
  )

  select
    jsonb_agg(to_jsonb(sort)),
    coalesce(sum(sort.status_count) filter (where sort.is_payment), 0),
    coalesce(sum(sort.status_count) filter (where not sort.is_payment), 0)
  into v_sorts, v_payments, v_unknown
  from sort;

  insert into public.webhook_logs (kind, field, phone_number_id, detail)
  select
    case when sort.is_payment then 'field' else 'unknown' end,
    'messages',
    sort.phone_number_id,
    jsonb_build_object(
      'statuses', jsonb_build_array(wa.mask_json(sort.example, 'entry.changes.value.statuses')),
      'count', sort.status_count
    )
  from jsonb_to_recordset(v_sorts) as sort (
    is_payment boolean, phone_number_id text, example jsonb, status_count bigint
  );

  return jsonb_build_object(
    'payments', v_payments,
    'unknown', v_unknown,
    'events', case
      when v_unknown > 0 then jsonb_build_array(
        jsonb_build_object('event', 'UNKNOWN_RECEIVED', 'level', 'warning', 'what', 'status', 'count', v_unknown)
      )
      else '[]'
    end
  );
end
$$;

comment on function wa.log_other_statuses is
'Stores in webhook_logs what statuses there are beside those of messages: for each kind, one of them, masked, and their count. Those of payments are a known kind. Returns both counts and events.';
