create or replace function wa.heed_handover(
  p_place public.chat_state,
  p_message wa.message,
  out is_silent boolean,
  out is_called_back boolean,
  out event jsonb
)
returns record
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_over constant boolean := p_place.handed_over_until <= now();
begin
  is_called_back := not v_is_over and exists (
    select from wa.hand_back_words as word where word.word = wa.fold_text(p_message.body)
  );
  is_silent := not v_is_over and not is_called_back;

  if is_silent then
    update public.chat_state as chat
    set waiting_since = now()
    where chat.user_id = p_place.user_id
      and chat.phone_number_id = p_place.phone_number_id
      and chat.waiting_since is null;

    perform wa.forward_to_desk(p_place, p_message.content);
    perform wa.wake_desk(p_place.user_id);
    event := jsonb_build_object(
      'event', 'MESSAGE_UNANSWERED',
      'level', 'info',
      'wa_message_id', p_message.wa_message_id,
      'user_id', p_place.user_id,
      'reason', 'handed_over'
    );
  else
    perform wa.end_handover(p_place.user_id, p_place.phone_number_id);

    event := jsonb_build_object(
      'event', 'HANDOVER_ENDED',
      'level', 'info',
      'user_id', p_place.user_id,
      'phone_number_id', p_place.phone_number_id,
      'by', case when v_is_over then 'time' else 'user' end
    );
  end if;
end
$$;

comment on function wa.heed_handover is
'What becomes of a message in a conversation that was handed over to a person: the bot is silent; or the user calls it back by a word of wa.hand_back_words; or neither, since the time is over. In the latter two cases the bot has the conversation again. Returns the event to log as well. The caller holds the profile''s lock.';
