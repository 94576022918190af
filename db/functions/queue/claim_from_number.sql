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
  v_blocked bigint[];
  v_held_back jsonb;
  v_count integer;
  v_verdict text;
begin
  while v_wanted > 0 and v_looked_at < c_most_looked_at loop
    v_blocked := null;
    v_held_back := null;
    v_count := 0;

    for id, v_verdict, lock_token, phone_number_id, request, upload, retry_count in
      select
        due.id,
        due.verdict,
        due.lock_token,
        due.phone_number_id,
        case due.kind
          when 'read_receipt' then due.payload || '{"messaging_product": "whatsapp"}'
          when 'message' then coalesce(media.resolved -> 'payload', due.payload) || jsonb_build_object(
            'messaging_product', 'whatsapp',
            'recipient_type', coalesce(due.payload ->> 'recipient_type', 'individual'),
            -- Graph takes the digits of a BSUID in "to" for a phone number and drops the message.
            case when due.address ~ '^[A-Z]{2}\.' then 'recipient' else 'to' end, due.address,
            'biz_opaque_callback_data', due.id::text
          )
        end,
        nullif(media.resolved -> 'upload', 'null'),
        due.retry_count
      from wa.lease_due(p_number, p_worker, v_wanted, v_look, v_set_aside, p_lease) as due
      cross join lateral (
        values (
          case
            when due.payload -> (due.payload ->> 'type') ?| '{qr,file}'
              then wa.resolve_media(due.payload, due.phone_number_id)
          end
        )
      ) as media (resolved)
    loop
      v_count := v_count + 1;
      if lock_token is not null then
        v_wanted := v_wanted - 1;
        return next;
      elsif v_verdict = 'blocked' then
        v_blocked := array_append(v_blocked, id);
      else
        v_held_back := coalesce(v_held_back, jsonb '{}') || jsonb_build_object(id, v_verdict);
      end if;
    end loop;

    if v_blocked is not null then
      v_set_aside := v_set_aside || wa.park_blocked(v_blocked);
    end if;
    if v_held_back is not null then
      perform wa.hold_back(v_held_back);
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
