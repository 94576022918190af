create or replace function wa.judge_results(p_results wa.message[])
returns wa.message[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select array_agg(
      (
        jsonb_populate_record(
          result::wa.message,
          jsonb_build_object(
            'status', case when taker.state is null then 'ignored' else 'processed' end,
            'content', jsonb_set(
              result.content, '{task_result,to_state}', coalesce(to_jsonb(taker.state), 'null')
            )
          )
        )
      )
      order by result.sent_at, result.sequence
    )
    from unnest(p_results) as result
    -- A probe for each, however many rows the planner expects.
    cross join lateral (
      select
        case
          when profile.opted_out_at is null
            and not exists (
              select from wa.silences as silence
              where silence.user_id = result.user_id
                and silence.phone_number_id = coalesce(result.phone_number_id, '')
                and silence.until > now()
            )
            then coalesce(
              (
                select place.state from public.chat_state as place
                where place.user_id = result.user_id
                  and place.phone_number_id = coalesce(result.phone_number_id, '')
                  and (place.expires_at is null or place.expires_at > now())
                  and place.state = result.content #>> '{task_result,state}'
                  and coalesce(place.data -> 'task', result.content #> '{task_result,task}')
                  = result.content #> '{task_result,task}'
              ),
              result.content #>> '{task_result,late_state}'
            )
        end as state
      from public.profiles as profile
      where profile.user_id = result.user_id
      limit 1
    ) as taker
  );
end
$$;

comment on function wa.judge_results is
'Results of tasks, each of another user, with the state that takes them in content.task_result.to_state: the one that waits for it, or the late state that it names. Where nobody waits the status is ignored: the chat is elsewhere or has timed out, waits for another task (data.task), its user wants no messages, or somebody else answers there.';
