create or replace function wa.step_parcel_search(p_chat wa.chat) returns wa.step_result
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_answer constant jsonb := wa.task_result(p_chat);
begin
  if p_chat.is_entered then
    return wa.wait_for(p_chat, wa.request_task(p_chat, 'parcel.find', p_chat.data), 'one_moment');
  elsif v_answer ->> 'outcome' = 'done' then
    return wa.finish(p_chat, 'found', jsonb_build_object(
      'place', v_answer #>> '{result,place}',
      'day', wa.say(p_chat, v_answer #>> '{result,day}')
    ));
  elsif v_answer ->> 'outcome' = 'failed' then
    return wa.finish(p_chat, 'unknown');
  end if;

  return wa.stay(wa.build_text(wa.say(p_chat, 'still_asking')));
end $$;

comment on function wa.step_parcel_search is 'Step of parcel: waits for the carrier''s answer.';
