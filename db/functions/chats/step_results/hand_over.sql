create or replace function wa.hand_over(
  p_chat wa.chat,
  p_key text default null,
  p_note text default null,
  p_values jsonb default null,
  p_data jsonb default null
)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform wa.forward_to_desk(
    wa.hold_for_person(p_chat.user_id, coalesce(p_chat.phone_number_id, ''), null, p_note), (p_chat.message).content
  );
  perform wa.emit_event(
    'HANDOVER_ASKED',
    jsonb_strip_nulls(
      jsonb_build_object(
        'user_id', p_chat.user_id, 'phone_number_id', p_chat.phone_number_id, 'state', p_chat.state
      )
    )
  );

  return wa.stay(
    case when p_key is null then '[]' else wa.build_text(wa.say(p_chat, p_key, p_values)) end,
    p_data
  );
end
$$;

comment on function wa.hand_over is
'What a step returns that wants a person to go on: says a text ("a colleague answers you here"), and the bot is silent until the conversation is handed back. p_note says why, for whoever takes it. The chat stays in its state: what the user says first when the bot has it again is this step''s answer.';
