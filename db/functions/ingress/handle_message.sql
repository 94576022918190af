create or replace function wa.handle_message(p_message wa.received_message)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  if p_message.message_type = 'system' then
    perform wa.change_identity(p_message);
    return;
  end if;

  perform wa.advance_chat(
    wa.get_profile(p_message.user_id),
    (
      p_message.wa_message_id, p_message.phone_number_id, p_message.message_type, p_message.sent_at,
      p_message.body, p_message.reply_id, p_message.content, false
    )::wa.inbound_message
  );
end
$$;

comment on function wa.handle_message(wa.received_message) is
'The whole effect of one message: an identity change for a system message, a step of the conversation for any other.';

revoke all on function wa.handle_message(wa.received_message) from public;
grant execute on function wa.handle_message(wa.received_message) to wa_runtime;
