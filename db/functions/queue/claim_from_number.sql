create or replace function wa.claim_from_number(
  p_number text,
  p_worker text,
  p_wanted integer,
  p_lease interval
)
returns table (
  id bigint,
  lock_token uuid,
  phone_number_id text,
  request jsonb,
  upload jsonb,
  retry_count integer
)
language plpgsql
volatile
set search_path = ''
as $$
#variable_conflict use_column
declare
  -- Enough for a user's thousand messages in a row, little enough for a short transaction.
  c_most_looked_at constant integer := 2000;
  v_looked_at integer := 0;
  v_wanted integer := p_wanted;
  v_look integer := p_wanted;
  v_set_aside bigint[] := array[]::bigint[];
  v_sendable bigint[];
  v_addresses text[];
  v_blocked bigint[];
  v_held_back jsonb;
  v_count integer;
begin
  while v_wanted > 0 and v_looked_at < c_most_looked_at loop
    select
      array_agg(judged.id order by judged.position) filter (where judged.verdict in ('send', 'send_template')),
      array_agg(judged.address order by judged.position) filter (
        where judged.verdict in ('send', 'send_template')
      ),
      array_agg(judged.id) filter (where judged.verdict = 'blocked'),
      jsonb_object_agg(judged.id, judged.verdict) filter (where judged.verdict not in ('send', 'blocked')),
      count(*)
    into v_sendable, v_addresses, v_blocked, v_held_back, v_count
    from wa.judge_due(p_number, v_look, v_set_aside) with ordinality as judged (id, verdict, address, position);

    if v_blocked is not null then
      v_set_aside := v_set_aside || wa.park_blocked(v_blocked);
    end if;
    if v_held_back is not null then
      perform wa.hold_back(v_held_back);
    end if;
    if v_sendable is not null then
      v_sendable := v_sendable[1:v_wanted];
      v_wanted := v_wanted - cardinality(v_sendable);
      return query select leased.* from wa.lease_notifications(
        v_sendable, v_addresses[1:cardinality(v_sendable)], p_worker, p_lease
      ) as leased;
    end if;

    exit when v_count < v_look and v_held_back is null;
    v_looked_at := v_looked_at + v_count;
    v_look := case when v_blocked is null then v_wanted else least(v_wanted * 10, 200) end;
  end loop;
end
$$;

comment on function wa.claim_from_number(text, text, integer, interval) is
'Claims up to p_wanted due notifications of one business number, and puts aside on the way what may not be sent now.';

revoke all on function wa.claim_from_number(text, text, integer, interval) from public;
grant execute on function wa.claim_from_number(text, text, integer, interval) to wa_runtime;
