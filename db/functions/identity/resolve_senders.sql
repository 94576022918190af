create or replace function wa.resolve_senders(p_messages wa.received_message[], p_statuses jsonb)
returns wa.received_message[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_phones text[];
  v_bsuids text[];
  v_is_unsettled boolean;
  v_user_ids uuid[];
  v_settled wa.received_message[];
begin
  select
    array_agg(distinct identity.phone) filter (where identity.phone is not null),
    array_agg(distinct identity.bsuid) filter (where identity.bsuid is not null),
    bool_or(not identity.is_settled)
  into v_phones, v_bsuids, v_is_unsettled
  from (
    select message.phone, message.bsuid, message.is_settled
    from wa.list_identities(p_messages) as message
    union all
    select status.phone, status.bsuid, false
    from wa.list_status_identities(p_statuses) as status
  ) as identity;

  if v_is_unsettled then
    perform wa.lock_identities(v_phones, v_bsuids);
    perform wa.lock_profiles(
      v_phones,
      v_bsuids,
      wa.find_by_alias(v_bsuids, array(select message.parent_bsuid from unnest(p_messages) as message))
    );
    perform wa.settle_identity(pair.phone, pair.bsuid)
    from wa.list_status_identities(p_statuses) as pair;
    v_settled := wa.settle_senders(p_messages);
    -- A merge that committed meanwhile may have led to a profile that is not locked yet.
    perform wa.lock_profiles(null, null, array(select message.user_id from unnest(v_settled) as message));
    return v_settled;
  end if;

  v_user_ids := wa.lock_profiles(v_phones, v_bsuids);
  return wa.assign_profiles(p_messages, v_user_ids);
end
$$;

comment on function wa.resolve_senders(wa.received_message[], jsonb) is
'Fills in the sender''s profile of every message and locks these profiles until the transaction ends, so that one user''s messages take effect one at a time; learns from statuses that name both a number and a BSUID. Every call takes its locks in one order: identities that are not settled, then profiles by user_id.';

revoke all on function wa.resolve_senders(wa.received_message[], jsonb) from public;
grant execute on function wa.resolve_senders(wa.received_message[], jsonb) to wa_runtime;
