create or replace function wa.lease_notifications(
  p_ids bigint[],
  p_addresses text[],
  p_worker text,
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
  v_interval interval := make_interval(secs => wa.get_setting('pair_interval_seconds')::double precision);
begin
  return query
  with leased as (
    update public.notifications as notification
    set
      status = 'sending',
      locked_by = p_worker,
      lock_token = gen_random_uuid(),
      locked_until = clock_timestamp() + p_lease,
      last_attempt_at = clock_timestamp(),
      in_doubt_since = null,
      blocked_by = null
    from unnest(p_ids, p_addresses) as chosen (id, address)
    where notification.id = chosen.id
    returning notification.*, chosen.address
  ),

  paced as (
    insert into wa.pair_pace as pace (user_id, phone_number_id, paid_until)
    select leased.user_id, coalesce(leased.phone_number_id, ''), clock_timestamp() + v_interval
    from leased
    where leased.open_user_id is not null
      and v_interval > interval '0'
    on conflict (user_id, phone_number_id) do update
    set paid_until = greatest(pace.paid_until, clock_timestamp()) + v_interval
  )

  select
    addressed.id,
    addressed.lock_token,
    addressed.phone_number_id,
    case addressed.kind
      when 'read_receipt' then addressed.payload || '{"messaging_product": "whatsapp"}'
      else
        coalesce(addressed.media -> 'payload', addressed.payload)
        || jsonb_build_object(
          'messaging_product', 'whatsapp',
          'recipient_type', coalesce(addressed.payload ->> 'recipient_type', 'individual'),
          -- Graph takes the digits of a BSUID in "to" for a phone number and drops the message.
          case when addressed.address ~ '^[A-Z]{2}\.' then 'recipient' else 'to' end, addressed.address,
          'biz_opaque_callback_data', addressed.id::text
        )
    end,
    nullif(addressed.media -> 'upload', 'null'),
    addressed.retry_count
  from (
    select
      leased.*,
      case
        when leased.payload -> (leased.payload ->> 'type') ?| '{qr,file}'
          then wa.resolve_media(leased.payload, leased.phone_number_id)
      end as media
    from leased
  ) as addressed
  order by addressed.send_at, addressed.id;
end
$$;

comment on function wa.lease_notifications(bigint[], text[], text, interval) is
'Leases notifications, which the caller has locked, to a worker and builds their requests to these addresses.';

revoke all on function wa.lease_notifications(bigint[], text[], text, interval) from public;
grant execute on function wa.lease_notifications(bigint[], text[], text, interval) to wa_runtime;
