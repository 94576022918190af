create or replace function wa.try_group(p_messages wa.received_message[])
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_message wa.received_message;
  v_error text;
  v_hint text;
  v_events jsonb := '[]'::jsonb;
begin
  begin
    if p_messages[1].message_type = 'system' then
      perform wa.change_identity(p_messages[1]);
      return v_events;
    end if;
    return wa.answer_messages(p_messages);
  exception
    when assert_failure or others then
      if wa.is_worth_retrying(sqlstate) then
        raise;
      end if;
      get stacked diagnostics v_hint = pg_exception_hint;
      v_error := wa.describe_error(sqlstate, sqlerrm, v_hint);
  end;

  if cardinality(p_messages) > 1 then
    foreach v_message in array p_messages loop
      v_events := v_events || wa.try_group(array[v_message]);
    end loop;
    return v_events;
  end if;

  perform wa.record_failure(p_messages[1], v_error);
  return jsonb_build_array(wa.describe_failure(p_messages[1], v_error));
end
$$;

comment on function wa.try_group is
'Handles messages in one subtransaction, and when that fails each in a subtransaction of its own, so that a failure undoes nothing else: an identity change for a system message, which comes alone, a step of the conversation for any other. A message that fails is kept as failed. Returns the events to log: MESSAGE_FAILED of each that did.';
