create or replace function wa.step_basket_join_confirm(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_code constant text := coalesce(
    wa.fold_basket_code(coalesce(p_chat.data ->> 'link', p_chat.data ->> 'code')), ''
  );
begin
  if v_code = '' then
    return wa.go(p_chat, 'join_code');
  end if;

  if wa.is_answer(p_chat, 'join:' || v_code, 'answer.words_yes') then
    return wa.join_basket(p_chat, v_code);
  end if;

  return wa.ask(
    p_chat,
    'join_confirm',
    array['join:' || v_code || '=action_join', 'cancel'],
    jsonb_build_object('code', v_code),
    jsonb_build_object('code', v_code),
    'not_understood'
  );
end
$$;

comment on function wa.step_basket_join_confirm is
'Asks whether to join the basket whose link was opened. Names the code and not the basket, which may be private.';
