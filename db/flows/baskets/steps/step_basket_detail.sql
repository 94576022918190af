create or replace function wa.step_basket_detail(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_basket constant jsonb := wa.find_basket_detail(p_chat);
begin
  if v_basket is null then
    return wa.go(p_chat, 'list', null, 'gone');
  end if;

  return wa.stay(
    wa.build_list(
      wa.ask_again(p_chat, wa.describe_basket(v_basket, p_chat.locale), 'not_understood'),
      wa.say(p_chat, 'open_actions'),
      wa.list_basket_actions(v_basket, p_chat.locale)
    ),
    jsonb_build_object('basket_id', v_basket ->> 'id')
  );
end
$$;

comment on function wa.step_basket_detail is
'Shows one basket and what this person may do with it; each action is an entry point of its own.';
