create or replace function wa.note_calls(p_rest jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_ids uuid[];
  v_phone_number_ids text[];
begin
  with called as (
    select
      profile.user_id,
      coalesce(item.phone_number_id, '') as phone_number_id,
      max(least(coalesce(wa.read_time(call.body ->> 'timestamp'), now()), now())) as called_at
    from jsonb_to_recordset(p_rest) as item (field text, body jsonb, phone_number_id text)
    cross join jsonb_path_query(item.body, '$.calls[*] ? (@.direction == "USER_INITIATED")') as call (body)
    cross join lateral wa.find_profile(
      wa.normalize_phone(call.body ->> 'from'),
      wa.normalize_bsuid(call.body ->> 'from_user_id'),
      wa.normalize_parent_bsuid(call.body ->> 'from_parent_user_id')
    ) as profile
    where item.field = 'calls'
      -- Nothing waits for somebody unknown.
      and profile.user_id is not null
    group by profile.user_id, coalesce(item.phone_number_id, '')
  ),

  opened as (
    insert into wa.service_windows as service (user_id, phone_number_id, last_inbound_at)
    select called.user_id, called.phone_number_id, called.called_at
    from called
    order by called.user_id, called.phone_number_id
    on conflict (user_id, phone_number_id) do update
    set last_inbound_at = excluded.last_inbound_at
    where excluded.last_inbound_at > service.last_inbound_at
    returning service.user_id, service.phone_number_id
  )

  select array_agg(opened.user_id), array_agg(opened.phone_number_id) into v_user_ids, v_phone_number_ids
  from opened;

  if v_user_ids is not null and wa.is_awaited(v_user_ids) then
    perform wa.release_waiting(v_user_ids, v_phone_number_ids);
  end if;
end
$$;

comment on function wa.note_calls is
'Opens the 24-hour window of users who called a number of ours, as a message of theirs does, and lets what waited for it go on.';
