create or replace function wa.step_basket_leave(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_basket constant jsonb := wa.find_basket_detail(p_chat);
  v_data constant jsonb := jsonb_build_object('basket_id', v_basket ->> 'id');
  v_confirm constant text := 'leave:' || (v_basket ->> 'id');
begin
  if v_basket is null then
    return wa.go(p_chat, 'list', null, 'gone');
  end if;

  if not (v_basket -> 'is_member')::boolean then
    return wa.go(p_chat, 'detail', v_data, wa.find_basket_refusal('WA022'));
  end if;

  if wa.is_answer(p_chat, v_confirm, 'answer.words_yes') then
    begin
      perform from public.basket_leave(p_chat.user_id, (v_basket ->> 'id')::uuid);
      return wa.go(p_chat, 'list', null, 'left', v_basket);
    exception
      when sqlstate 'WA021' or sqlstate 'WA022' or sqlstate 'WA025' then
        return wa.go(p_chat, 'detail', v_data, wa.find_basket_refusal(sqlstate));
    end;
  end if;

  return wa.ask(
    p_chat,
    'leave_confirm',
    array[v_confirm || '=leave_yes', 'back'],
    v_basket,
    v_data,
    'not_understood'
  );
end
$$;

comment on function wa.step_basket_leave is
'Asks whether to leave a basket, and leaves it. The id in the button must be the one that was asked about.';
