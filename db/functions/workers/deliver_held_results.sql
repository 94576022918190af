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
  v_results wa.message[];
begin
  select array_agg(chosen.user_id order by chosen.user_id) into v_user_ids
  from (
    select distinct waiting.user_id
    from wa.tasks as waiting
    where waiting.reached = 'waiting'
      and not exists (
        select from public.chat_state as place
        where place.user_id = waiting.user_id
          and place.phone_number_id = coalesce(waiting.phone_number_id, '')
          and place.handed_over_until > now()
      )
    limit c_most
  ) as chosen;

  if v_user_ids is null then
    return '[]'::jsonb;
  end if;

  v_user_ids := wa.hold_idle_conversations(v_user_ids);

  with waiting as materialized (
    select task.id
    from wa.tasks as task
    where task.user_id = any(v_user_ids) and task.reached = 'waiting'
    order by task.id
    limit c_most
    for update
  ),

  released as (
    update wa.tasks as task
    set reached = null
    from waiting
    where task.id = waiting.id
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
