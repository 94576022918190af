create or replace function wa.is_answer(p_message wa.inbound_message, p_reply_id text, p_words_key text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    coalesce(p_message.reply_id = p_reply_id, false)
    or (
      p_message.reply_id is null
      and exists (
        select from wa.texts as text
        cross join lateral string_to_table(text.body, ',') as word (body)
        where text.key = p_words_key and wa.fold_text(word.body) = wa.fold_text(p_message.body)
      )
    )
$$;

comment on function wa.is_answer is
'Whether a message is one answer to a question: its button was tapped, or one of its words was typed. The words are a text, separated by commas, and understood in every language.';
