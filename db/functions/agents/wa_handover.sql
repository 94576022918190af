create or replace function public.wa_handover(
  who text,
  agent text default null,
  phone_number_id text default null,
  note text default null,
  lasts interval default null,
  take_over boolean default false
)
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
  v_agent text := wa.name_agent(wa_handover.agent);
  v_place public.chat_state;
  v_action text;
begin
  if wa_handover.lasts <= interval '0' then
    raise exception using
      errcode = 'WA074',
      message = 'a hand-over lasts for some time',
      hint = 'Leave lasts out, or give one such as interval ''2 hours''. To end one: select public.wa_hand_back(<who>).';
  end if;

  v_place := wa.hold_conversation(who, wa_handover.phone_number_id);
  if v_place.handed_over_to <> v_agent and not wa_handover.take_over then
    perform wa.refuse_agent(v_place);
  end if;
  v_action := case when v_place.handed_over_to <> v_agent then 'taken_over' else 'taken' end;

  v_place := wa.hold_for_person(
    v_place.user_id, v_place.phone_number_id, v_agent, left(wa_handover.note, 1000), wa_handover.lasts
  );
  perform wa.record_action(v_agent, v_action, v_place.user_id, v_place.phone_number_id);
  perform wa.emit_event(
    'HANDOVER_TAKEN',
    jsonb_build_object('user_id', v_place.user_id, 'phone_number_id', v_place.phone_number_id, 'agent', v_agent)
  );
  return wa.describe_handover(v_place);
end
$$;

alter function public.wa_handover owner to wa_runtime;

comment on function public.wa_handover is
'A colleague takes a conversation: the bot is silent in it until it is handed back, the user calls the bot back, or lasts (the setting handover_seconds) has passed. who is a number, a BSUID or a user_id; agent the colleague''s name (the role that is logged in); phone_number_id which of our numbers, where it is not the one last written to; note says why. Called again it lasts anew. Returns user_id, phone_number_id, agent, note, since, until, waiting_since. Raises WA070 when somebody else has it, unless take_over, WA074 for a time of nothing, WA043 when there is nobody, WA045 for a number that is not ours.';

grant execute on function public.wa_handover to wa_agent_role, wa_operator_role;
