create or replace function wa.step_certificate_photograph(p_chat wa.chat) returns wa.step_result
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  v_answer constant jsonb := wa.task_result(p_chat);
  v_task bigint;
  v_fields jsonb;
begin
  if v_answer #> '{result,pages}' is not null then
    v_fields := wa.find_document_fields('certificate_paper', v_answer -> 'result');
    if (v_fields #> '{number,is_valid}')::boolean and (v_fields #> '{until,is_valid}')::boolean then
      return wa.finish(p_chat, 'read', jsonb_build_object(
        'number', v_fields #>> '{number,value}',
        'until', v_fields #>> '{until,value}'
      ));
    end if;
  elsif v_answer #> '{result,media}' is not null then
    v_task := wa.request_reading(p_chat, (v_answer #>> '{result,media}')::bigint);
    if v_task is not null then
      return wa.wait_for(p_chat, v_task, 'reading');
    end if;
  elsif v_answer is null then
    if not p_chat.is_entered then
      v_task := wa.fetch_media(p_chat);
    end if;
    if v_task is not null then
      return wa.wait_for(p_chat, v_task, 'one_moment');
    end if;
    return wa.ask(p_chat, 'send_it');
  end if;

  return wa.stay(wa.build_text(wa.say(p_chat, 'another')));
end $$;

comment on function wa.step_certificate_photograph is 'Step of certificate: takes the photograph, and says what it reads.';
