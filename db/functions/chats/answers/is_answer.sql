create or replace function wa.is_answer(p_chat wa.chat, p_name text, p_words_key text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_message constant wa.message := p_chat.message;
  v_word text;
begin
  if p_chat.is_entered then
    return false;
  end if;

  if v_message.reply_id = wa.name_reply(p_chat, p_name) then
    return true;
  elsif v_message.reply_id is not null and wa.is_id_of_ours(v_message.reply_id) then
    return false;
  end if;

  v_word := wa.fold_text(v_message.body);

  return exists (
    select from wa.texts as text
    cross join lateral string_to_table(text.body, ',') as word (body)
    where text.key = wa.name_text(p_chat.prefix, p_words_key) and v_word in (wa.fold_text(word.body), wa.fold_text(text.body))
  );
end
$$;

comment on function wa.is_answer is
'Whether what was said is one answer to the question that the state asks: the button of this choice was tapped, or its words were said: typed, or shown by a button that is none of ours. The words are a text, as a whole or any of what commas part, and understood in every language. A state that is just being entered has no answer yet.';
