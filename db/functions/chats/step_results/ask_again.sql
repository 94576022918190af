create or replace function wa.ask_again(p_chat wa.chat, p_question text, p_again text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_chat.is_entered or p_again is null then
    return p_question;
  end if;

  return wa.say(p_chat, p_again) || e'\n\n' || p_question;
end
$$;

comment on function wa.ask_again is
'A question as it is asked the first time, or after an answer that was none: then the text that p_again names comes first.';
