create or replace function wa.is_answer(p_chat wa.chat, p_reply_id text, p_words_key text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_message constant wa.message := p_chat.message;
begin
  if p_chat.is_entered then
    return false;
  end if;

  if v_message.reply_id = p_reply_id then
    return true;
  elsif v_message.reply_id is not null and wa.is_id_of_ours(v_message.reply_id) then
    return false;
  end if;

  return exists (
    select from wa.texts as text
    cross join lateral string_to_table(text.body, ',') as word (body)
    where text.key = p_words_key and wa.fold_text(word.body) = wa.fold_text(v_message.body)
  );
end
$$;

comment on function wa.is_answer is
'Whether what was said is one answer to the question that the state asks: its button was tapped, or one of its words was said: typed, or shown by a button that is none of ours. The words are a text, separated by commas, and understood in every language. A state that is just being entered has no answer yet.';
