create or replace function wa.claim_from_number(
  p_number text,
  p_worker text,
  p_wanted integer,
  p_lease interval
)
returns table (
  id bigint,
  lock_token uuid,
  payload jsonb,
  address text,
  created_at timestamptz,
  retry_count integer
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  -- Enough for a user's thousand messages in a row, little enough for a short transaction.
  c_most_looked_at constant integer := 2000;
  v_token uuid := gen_random_uuid();
  v_looked_at integer := 0;
  v_wanted integer := p_wanted;
  v_look integer := p_wanted;
  v_set_aside bigint[] := array[]::bigint[];
  v_due record;
  v_now timestamptz;
begin
  while v_wanted > 0 and v_looked_at < c_most_looked_at loop
    select judged.* into v_due
    from wa.judge_due(p_number, v_look, v_set_aside) as judged;

    if v_due.ready_rows is not null then
      v_now := clock_timestamp();
      return query
      with leased as (
        update public.notifications as notification
        set
          status = 'sending',
          locked_by = p_worker,
          lock_token = v_token,
          locked_until = v_now + p_lease,
          last_attempt_at = v_now,
          in_doubt_since = null,
          blocked_by = null
        from unnest(v_due.ready_rows[:v_wanted], v_due.ready_addresses[:v_wanted]) as ready (place, address)
        -- Nobody can have moved a row that wa.judge_due has locked.
        where notification.ctid = ready.place
        returning
          notification.id,
          notification.retry_count,
          notification.send_at,
          notification.created_at,
          notification.payload,
          case when notification.kind <> 'read_receipt' then ready.address end as address
      )

      select
        leased.id,
        v_token,
        leased.payload,
        leased.address,
        leased.created_at,
        leased.retry_count
      from leased
      order by leased.send_at, leased.id;

      if v_due.paced_users is not null then
        perform wa.charge_pairs(v_due.paced_users[:v_wanted], p_number);
      end if;
      v_wanted := v_wanted - least(v_wanted, cardinality(v_due.ready_rows));
    end if;

    if v_due.blocked_ids is not null then
      v_set_aside := v_set_aside || wa.park_blocked(v_due.blocked_ids);
    end if;
    if v_due.held_back is not null then
      perform wa.hold_back(v_due.held_back);
    end if;

    exit when v_due.looked_at < v_look and v_due.held_back is null;
    v_looked_at := v_looked_at + v_due.looked_at;
    v_look := case when v_due.blocked_ids is null then v_wanted else least(v_wanted * 10, 200) end;
  end loop;
end
$$;

comment on function wa.claim_from_number is
'Claims up to p_wanted due notifications of one business number, and puts aside on the way what may not be sent now. address is null for a read receipt, which goes to nobody.';
