create or replace function wa.ask_again(p_message wa.inbound_message, p_question text, p_locale text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select wa.add_notice(
    case when not p_message.is_entry then wa.get_text('basket.not_understood', p_locale) end, p_question
  )
$$;

comment on function wa.ask_again is
'A question as it is asked the first time, or after an answer that was none.';
