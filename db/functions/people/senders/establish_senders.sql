create or replace function wa.establish_senders(p_messages wa.message[], p_statuses jsonb)
returns wa.message[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_phones text[];
  v_bsuids text[];
  v_message wa.message;
  v_messages wa.message[] := p_messages;
  v_user_ids uuid[] := array[]::uuid[];
  v_is_merge_possible boolean := false;
begin
  select
    array_agg(distinct identity.phone) filter (where identity.phone is not null),
    array_agg(distinct identity.bsuid) filter (where identity.bsuid is not null)
  into v_phones, v_bsuids
  from (
    select message.phone, message.bsuid
    from wa.list_identities(p_messages) as message
    union all
    select status.phone, status.bsuid
    from wa.list_status_identities(p_statuses) as status
  ) as identity;

  perform wa.lock_identities(v_phones, v_bsuids);
  perform wa.lock_profiles(
    v_phones,
    v_bsuids,
    wa.find_by_alias(v_bsuids, array(select message.parent_bsuid from unnest(p_messages) as message), v_phones)
  );
  perform wa.establish_profile(pair.phone, pair.bsuid, p_sent_at => pair.sent_at)
  from wa.list_status_identities(p_statuses) as pair;

  if cardinality(v_messages) > 1 then
    v_user_ids := wa.establish_plain_senders(v_messages);
  end if;

  for v_position in 1..coalesce(cardinality(v_messages), 0) loop
    v_message := v_messages[v_position];

    if v_user_ids[v_position] is null and v_message.status <> 'invalid_sender' then
      v_is_merge_possible := true;
      v_user_ids[v_position] := wa.establish_profile(
        v_message.phone, v_message.bsuid, v_message.parent_bsuid, v_message.display_name, v_message.sent_at
      );
    end if;
  end loop;

  -- A later message may have merged the sender of an earlier one.
  for v_position in 1..coalesce(cardinality(v_messages), 0) loop
    v_messages[v_position].user_id := case
      when v_is_merge_possible then (wa.get_profile(v_user_ids[v_position])).user_id
      else v_user_ids[v_position]
    end;
  end loop;

  -- A merge that committed meanwhile may have led to a profile that is not locked yet.
  perform wa.lock_profiles(null, null, array(select message.user_id from unnest(v_messages) as message));
  return v_messages;
end
$$;

comment on function wa.establish_senders is
'Finds, creates or merges the profile of each message''s sender, and of those whom statuses name by number and BSUID, under locks: those whose names the payload pairs in one way only together, any other one after the other.';
