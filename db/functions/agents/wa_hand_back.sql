create or replace function public.wa_hand_back(who text, agent text default null, phone_number_id text default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
as $$
#variable_conflict use_column
declare
  v_agent text := wa.name_agent(wa_hand_back.agent);
  v_place public.chat_state;
begin
  v_place := wa.hold_conversation(who, wa_hand_back.phone_number_id);

  if v_place.handed_over_until is null then
    raise exception using
      errcode = 'WA071',
      message = 'the bot has this conversation',
      hint = 'List those that people have: select * from public.wa_handovers().';
  end if;

  perform wa.end_handover(v_place.user_id, v_place.phone_number_id);
  perform wa.record_action(v_agent, 'handed_back', v_place.user_id, v_place.phone_number_id);
  perform wa.emit_event(
    'HANDOVER_ENDED',
    jsonb_build_object(
      'user_id', v_place.user_id,
      'phone_number_id', v_place.phone_number_id,
      'by', 'agent',
      'agent', v_agent
    )
  );
  return wa.describe_handover(v_place);
end
$$;

alter function public.wa_hand_back owner to wa_runtime;

comment on function public.wa_hand_back is
'Hands a conversation back to the bot, whoever has it: the user''s next message is answered where the conversation stood. who, agent and phone_number_id are as in wa_handover. Returns how it was held. Raises WA071 when the bot has it already.';

grant execute on function public.wa_hand_back to wa_agent_role, wa_operator_role;
