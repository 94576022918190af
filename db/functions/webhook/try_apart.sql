create or replace function wa.try_apart(p_what text, p_items jsonb, p_payload jsonb)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_error text;
begin
  begin
    return case p_what
      when 'statuses' then wa.apply_statuses(p_items) -> 'events'
      when 'account_changes' then wa.apply_account_changes(p_items)
    end;
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
  return jsonb_build_array(
    jsonb_build_object('event', upper(p_what) || '_FAILED', 'level', 'error', 'sqlstate', left(v_error, 5))
  );
end
$$;

comment on function wa.try_apart is
'Applies what a payload holds beside messages, its statuses or account_changes, in a subtransaction, so that a failure costs the messages nothing: the payload is then kept for a replay. Returns the events to log.';
