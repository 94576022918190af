create or replace function wa.ask(
  p_chat wa.chat,
  p_key text,
  p_choices text[] default null,
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
  v_question constant text := wa.ask_again(p_chat, wa.say(p_chat, p_key, p_values), p_again);
begin
  return wa.stay(
    case
      when p_choices is null then wa.build_text(v_question)
      when cardinality(p_choices) > 3 then wa.build_list(
        v_question, wa.get_text('menu.choose', p_chat.locale), wa.build_choices(p_chat, p_choices)
      )
      else wa.build_buttons(v_question, wa.build_choices(p_chat, p_choices))
    end,
    p_data
  );
end
$$;

comment on function wa.ask is
'What a step returns that asks a question: a text with p_values filled in, and the choices that wa.read_choices reads, where there are any: up to three as buttons, up to ten as a list. p_data is what the chat then remembers (null: what it does), p_again the text to begin with when the answer was none. Texts are named as the flow does, or by whole keys of wa.texts.';
