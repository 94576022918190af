create or replace function wa.ask_again(p_message wa.inbound_message, p_question text, p_locale text)
returns text
language sql
stable
set search_path = ''
as $$
  select wa.add_notice(
    case when not p_message.is_entry then wa.get_text('basket.not_understood', p_locale) end, p_question
  )
$$;

comment on function wa.ask_again(wa.inbound_message, text, text) is
'A question as it is asked the first time, or after an answer that was none.';

revoke all on function wa.ask_again(wa.inbound_message, text, text) from public;
grant execute on function wa.ask_again(wa.inbound_message, text, text) to wa_runtime;
