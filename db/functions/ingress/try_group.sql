create or replace function wa.try_message(p_message wa.received_message)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_error text;
begin
  begin
    perform wa.handle_message(p_message);
    return null;
  exception
    when assert_failure or others then
      if wa.is_worth_retrying(sqlstate) then
        raise;
      end if;
      v_error := sqlstate || ': ' || sqlerrm;
  end;

  perform wa.record_failure(p_message, v_error);
  return v_error;
end
$$;

comment on function wa.try_message(wa.received_message) is
'Handles one message in a subtransaction of its own, so that a failure undoes nothing else. Returns null, or the SQLSTATE and text of the error with which the message is now kept as failed.';

revoke all on function wa.try_message(wa.received_message) from public;
grant execute on function wa.try_message(wa.received_message) to wa_runtime;
