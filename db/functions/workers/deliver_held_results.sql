create or replace function wa.deliver_held_results()
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Bounds the transaction; the next call takes the rest.
  c_most constant integer := 100;
  v_user_ids uuid[];
  v_task_ids bigint[];
  v_results wa.message[];
begin
  select array_agg(chosen.user_id order by chosen.user_id) into v_user_ids
  from (
    select distinct waiting.user_id
    from wa.tasks as waiting
    -- A probe for each, however many rows the planner expects.
    left join lateral (
      select chat.user_id
      from public.chat_state as chat
      where chat.user_id = waiting.user_id
        and chat.phone_number_id = coalesce(waiting.phone_number_id, '')
        and chat.handed_over_until > now()
      limit 1
    ) as place on true
    where waiting.reached = 'waiting' and place.user_id is null
    limit c_most
  ) as chosen;

  if v_user_ids is null then
    return '[]'::jsonb;
  end if;

  v_user_ids := wa.hold_idle_conversations(v_user_ids);

  -- By themselves: a plan that was made for few tasks would read all, in the order of the locks.
  v_task_ids := array(
    select waiting.id
    from wa.tasks as waiting
    where waiting.reached = 'waiting' and waiting.user_id = any(v_user_ids)
  );

  with released as (
    update wa.tasks as task
    set reached = null
    where task.id = any(
      array(
        select waiting.id
        from wa.tasks as waiting
        where waiting.id = any(v_task_ids) and waiting.reached = 'waiting'
        order by waiting.id
        limit c_most
        for update
      )
    )
    returning task.*
  )

  select array_agg(wa.describe_result(released::wa.tasks) order by released.finished_at, released.id) into v_results
  from released;

  return case
    when v_results is null then '[]'::jsonb
    else (wa.deliver_results(v_results)).events
  end;
end
$$;

comment on function wa.deliver_held_results is
'Tells conversations that the bot has again of the tasks that ended while a person had them, up to a hundred in a call. Returns the events to log.';
