create or replace function wa.hold_results(p_results wa.message[], out free wa.message[], out held bigint[])
returns record
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  select
    coalesce(array_agg(result::wa.message order by result.sent_at, result.sequence) filter (where place.user_id is null), '{}'),
    array_agg(result.sequence order by result.sequence) filter (where place.user_id is not null)
  into free, held
  from unnest(p_results) as result
  -- A probe for each, however many rows the planner expects.
  left join lateral (
    select chat.user_id
    from public.chat_state as chat
    where chat.user_id = result.user_id
      and chat.phone_number_id = coalesce(result.phone_number_id, '')
      and chat.handed_over_until > now()
    limit 1
  ) as place on true;

  if held is not null then
    update wa.tasks as task
    set reached = 'waiting'
    where task.id = any(held);
  end if;
end
$$;

comment on function wa.hold_results is
'Of results of tasks sets those aside whose conversations a person has (held: the ids of the tasks, null for none), and returns the others. wa.deliver_held_results tells them later.';
