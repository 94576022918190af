create or replace function wa.claim_from_number(
  p_number text,
  p_worker text,
  p_life text,
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
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  -- Enough for a user's thousand messages in a row, little enough for a short transaction.
  c_most_looked_at constant integer := 2000;
  v_token uuid := gen_random_uuid();
  -- Of what names no number: null is the notifier's own.
  v_sender text := case p_number when '' then wa.choose_number(null) else p_number end;
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
          notification.kind,
          notification.payload,
          ready.address
      )

      select
        leased.id,
        v_token,
        v_sender,
        coalesce(media.resolved -> 'payload', message.request),
        nullif(media.resolved -> 'upload', 'null'),
        leased.retry_count
      from leased
      cross join lateral (
        values (
          leased.payload || case leased.kind
            when 'read_receipt' then jsonb '{"messaging_product": "whatsapp"}'
            else jsonb_build_object(
              'messaging_product', 'whatsapp',
              'recipient_type', coalesce(leased.payload ->> 'recipient_type', 'individual'),
              -- Graph takes the digits of a BSUID in "to" for a phone number and drops the message.
              case when leased.address ~ e'^[A-Z]{2}\\.' then 'recipient' else 'to' end, leased.address,
              -- Which row, made when, in which life of which database: read by wa.match_statuses.
              'biz_opaque_callback_data', concat_ws(
                '.', leased.id, (extract(epoch from leased.created_at) * 1000000)::bigint, p_life
              )
            )
          end
        )
      ) as message (request)
      cross join lateral (
        values (
          case
            when leased.payload -> (leased.payload ->> 'type') ?| '{qr,file,stored}'
              then wa.resolve_media(message.request, v_sender)
          end
        )
      ) as media (resolved)
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
'Claims up to p_wanted due notifications of one business number, and puts aside on the way what may not be sent now.';
