create or replace function wa.leave_unanswered(
  p_messages wa.message[],
  out messages wa.message[],
  out late integer
)
returns record
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_since constant timestamptz := now() - make_interval(secs => wa.get_setting('reply_ttl_seconds')::double precision);
begin
  messages := p_messages;
  late := 0;

  for v_position in 1..cardinality(messages) loop
    exit when messages[v_position].sent_at >= v_since;

    if messages[v_position].status = 'processed' and messages[v_position].message_type <> 'system' then
      messages[v_position].status := 'unanswered';
      late := late + 1;
    end if;
  end loop;
end
$$;

comment on function wa.leave_unanswered is
'Of messages, oldest first, marks those as unanswered that come too late to be answered (reply_ttl_seconds), and says how many: they are recorded, and what they say about consent counts, but nothing is replied.';
