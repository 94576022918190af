create or replace function wa.ask(
  p_chat wa.chat,
  p_key text,
  p_choices json default null,
  p_values jsonb default null,
  p_data jsonb default null,
  p_again text default null
)
returns wa.step_result
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_question constant text := wa.ask_again(p_chat, wa.get_text(p_key, p_chat.locale, p_values), p_again);
begin
  return wa.stay(
    case
      when p_choices is null then wa.build_text(v_question)
      else wa.build_buttons(v_question, wa.build_choices(p_choices, p_chat.locale))
    end,
    p_data
  );
end
$$;

comment on function wa.ask is
'What a step returns that asks a question: a text of wa.texts with p_values filled in, with one to three buttons where p_choices, an object of ids and the keys of their titles in order, has them. p_data is what the chat then remembers (null: what it does), p_again the text to begin with when the answer was none.';
