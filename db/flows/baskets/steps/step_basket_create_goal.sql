create or replace function wa.step_basket_create_goal(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_currency constant text := wa.get_setting('default_currency') #>> '{}';
  v_next constant text := case
    when (p_chat.data -> 'is_public')::boolean then 'create_place' else 'create_confirm'
  end;
  v_goal bigint;
begin
  if wa.is_answer(p_chat, 'no_goal', 'words_skip') then
    return wa.go(p_chat, v_next, p_chat.data - 'goal_minor');
  end if;

  v_goal := wa.parse_amount(wa.typed(p_chat), v_currency);

  if v_goal between 1 and 1000000000000000 then
    return wa.go(p_chat, v_next, p_chat.data || jsonb_build_object('goal_minor', v_goal));
  end if;

  return wa.ask(
    p_chat,
    'create_ask_goal',
    '{no_goal=no_goal_button,back}',
    jsonb_build_object('currency', v_currency),
    p_again => 'amount_not_understood'
  );
end
$$;

comment on function wa.step_basket_create_goal is
'Asks for the goal of a new basket, in whole units of the currency; none is an answer too.';
