create or replace function wa.answer(p_chat wa.chat, p_choices json)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select choice.id
    from json_each_text(p_choices) with ordinality as choice (id, words_key, position)
    where wa.is_answer(p_chat, choice.id, choice.words_key)
    order by choice.position
    limit 1
  );
end
$$;

comment on function wa.answer is
'Which of some choices was tapped or typed: the id of one of p_choices, an object of ids and the keys of their words in wa.texts, such as wa.ask takes; null when it was none, and while the state is being entered.';
