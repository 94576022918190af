create or replace function wa.answer_apart(
  p_messages wa.message[],
  out processed integer,
  out failures jsonb,
  out events jsonb
)
returns record
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_messages wa.message[] := p_messages;
  v_heard jsonb := jsonb '[]';
  v_heeded record;
  v_advanced jsonb;
  v_failed wa.message[];
  v_errors text[];
  v_failed_at timestamptz[];
begin
  begin
    if exists (select from wa.silences) then
      v_heeded := wa.heed_silences(p_messages);
      v_messages := v_heeded.messages;
      v_heard := v_heeded.events;
    end if;

    v_advanced := wa.advance_chats(v_messages, true);
  exception
    when assert_failure or others then
      if wa.is_worth_retrying(sqlstate) then
        raise;
      end if;
      v_advanced := null;
  end;

  if v_advanced is null then
    select alone.processed, alone.failures, alone.events into processed, failures, events
    from wa.answer_messages(p_messages, 1) as alone;
    return;
  end if;

  select
    array_agg(v_messages[failed.position] order by failed.position),
    array_agg(failed.error order by failed.position),
    array_agg(failed.failed_at order by failed.position)
  into v_failed, v_errors, v_failed_at
  from jsonb_to_recordset(v_advanced -> 'failed') as failed (position integer, error text, failed_at timestamptz);

  processed := cardinality(v_messages) - coalesce(cardinality(v_failed), 0);
  failures := case when v_failed is null then '[]' else wa.record_failures(v_failed, v_errors, v_failed_at) end;
  events := v_heard || (v_advanced -> 'events');
end
$$;

comment on function wa.answer_apart is
'Handles messages of a group that failed as a whole, each in a subtransaction of its own, and returns what wa.answer_messages does, which it asks to take one after the other those that cannot be looked up together.';
