create or replace function wa.step_insurance_document(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_case constant public.insurance_cases := wa.find_insurance_case(p_chat.user_id);
  v_brings_a_file constant boolean := not p_chat.is_entered and (p_chat.message).message_type in ('image', 'document');
  v_document public.insurance_documents;
  v_outcome jsonb;
  v_media bigint;
  v_task bigint;
begin
  select part.* into v_document
  from public.insurance_documents as part
  where part.case_id = v_case.id and part.case_status <> 'submitted' and part.document = p_chat.data ->> 'document';

  if v_document.case_id is null or v_document.received_at is not null and v_document.task_id is null then
    return wa.go_on_with_insurance(p_chat);
  end if;

  -- Looked up, and not taken from the message: it can have come while the person was elsewhere.
  v_outcome := wa.find_insurance_outcome(v_document.task_id);

  if v_outcome ->> 'status' in ('queued', 'running') then
    -- Only what staff can look at may be typed.
    if v_document.received_at is null then
      return wa.ask(p_chat, 'still_fetching', p_data => p_chat.data || jsonb_build_object('task', v_document.task_id));
    elsif wa.answer(p_chat, '{type}') is null then
      return wa.ask(
        p_chat, 'still_reading', '{type}', p_data => p_chat.data || jsonb_build_object('task', v_document.task_id)
      );
    end if;
    perform wa.cancel_tasks(p_chat, 'read_document');
    perform wa.note_insurance_document(v_document, null);
    return wa.go_on_with_insurance(p_chat);
  end if;

  if v_document.received_at is not null then
    perform wa.note_insurance_document(v_document, null);
    return wa.go_on_with_insurance(
      p_chat,
      case
        when v_outcome ->> 'status' = 'done'
          and wa.note_insurance_reading(v_case, v_document.document, v_outcome -> 'result') > 0
          then 'was_read'
        else 'was_not_read'
      end
    );
  end if;

  if v_outcome #>> '{result,mime_type}' in ('image/jpeg', 'image/png', 'image/webp', 'application/pdf') then
    v_media := (v_outcome #>> '{result,media}')::bigint;
    v_task := wa.request_reading(p_chat, v_media);
    if v_task is not null then
      perform wa.note_insurance_document(v_document, v_task, v_media);
      return wa.wait_for(p_chat, v_task, case when wa.task_result(p_chat) is null then 'one_moment' end);
    end if;
  end if;

  if v_brings_a_file then
    v_task := wa.fetch_media(p_chat);
  end if;
  perform wa.note_insurance_document(v_document, v_task);

  if v_task is not null then
    return wa.wait_for(p_chat, v_task, 'one_moment');
  end if;
  return wa.stay(
    wa.build_text(
      wa.ask_again(
        p_chat,
        concat_ws(
          e'\n\n',
          case when v_document.note is not null then wa.say(p_chat, 'note', jsonb_build_object('note', v_document.note)) end,
          wa.say(p_chat, 'ask_' || v_document.document)
        ),
        case
          when v_brings_a_file or v_outcome ->> 'status' <> 'done' then 'not_fetched'
          when v_outcome is not null or wa.typed(p_chat) is null then 'wrong_kind'
        end
      )
    ),
    p_chat.data - 'task'
  );
end
$$;
