create or replace function wa.try_statuses(p_statuses jsonb, p_payload jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_error text;
begin
  begin
    return wa.apply_statuses(p_statuses);
  exception
    when assert_failure or others then
      if wa.is_worth_retrying(sqlstate) then
        raise;
      end if;
      v_error := sqlstate || ': ' || sqlerrm;
  end;

  perform wa.keep_payloads(
    jsonb_build_array(
      jsonb_build_object(
        'body', encode(convert_to(p_payload::text, 'UTF8'), 'base64'),
        'reason', 'dispatch_error',
        'error', v_error
      )
    )
  );
  return jsonb_build_object(
    'statuses', jsonb_array_length(p_statuses),
    'events', jsonb_build_array(
      jsonb_build_object('event', 'STATUSES_FAILED', 'level', 'error', 'sqlstate', left(v_error, 5))
    )
  );
end
$$;

comment on function wa.try_statuses is
'Hands the statuses of a payload to the queue, in a subtransaction, so that a failure costs the messages beside them nothing: the payload is then kept for a replay.';
