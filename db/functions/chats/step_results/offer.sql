create or replace function wa.offer(
  p_chat wa.chat,
  p_key text,
  p_rows jsonb,
  p_values jsonb default null,
  p_data jsonb default null,
  p_again text default null,
  p_button_key text default 'menu.choose',
  p_more_prefix text default 'more:'
)
returns wa.step_result
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_more constant text := wa.name_reply(p_chat, p_more_prefix);
  v_question constant text := wa.say(p_chat, p_key, p_values);
  v_page integer;
  v_rows jsonb;
  v_are_buttons boolean;
begin
  if starts_with((p_chat.message).reply_id, v_more) then
    v_page := substring(substr((p_chat.message).reply_id, length(v_more) + 1) from '^[1-9][0-9]{0,3}$')::integer;
  end if;

  select
    jsonb_agg(row.body || jsonb_build_object('id', wa.name_reply(p_chat, row.body ->> 'id')) order by row.position),
    count(*) <= 3
    -- WhatsApp refuses two buttons of one title.
    and count(distinct row.body ->> 'title') = count(*)
    and bool_and(coalesce(row.body ->> 'description', '') = '' and char_length(row.body ->> 'title') <= 20)
  into v_rows, v_are_buttons
  from jsonb_array_elements(p_rows) with ordinality as row (body, position);

  return wa.stay(
    case
      when v_rows is null then wa.build_text(wa.ask_again(p_chat, v_question, p_again))
      when v_are_buttons then wa.build_buttons(wa.ask_again(p_chat, v_question, p_again), v_rows)
      else wa.build_list(
        case when v_page is null then wa.ask_again(p_chat, v_question, p_again) else v_question end,
        wa.say(p_chat, p_button_key),
        v_rows,
        coalesce(v_page, 1),
        wa.get_text('menu.more', p_chat.locale),
        v_more
      )
    end,
    p_data
  );
end
$$;

comment on function wa.offer is
'What a step returns that lets the user choose one of p_rows, an array of objects with id, title and description as wa.build_choice makes them: up to three without description, whose titles differ and have 20 characters at most, as buttons, otherwise as a list whose button says p_button_key. More than ten come in pages, and a tap on "more" brings the next: in this state, or from anywhere where p_more_prefix is one of the state''s tap_prefixes, as a whole id such as quiz.page. wa.chosen has the answer; of an array that is empty or null only the text is sent.';
