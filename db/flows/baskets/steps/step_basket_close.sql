create or replace function wa.step_basket_close(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_basket constant jsonb := wa.find_basket_detail(p_chat);
  v_data constant jsonb := jsonb_build_object('basket_id', v_basket ->> 'id');
  v_confirm constant text := 'close:' || (v_basket ->> 'id');
  v_refusal text;
begin
  if v_basket is null then
    return wa.go(p_chat, 'list', null, 'gone');
  end if;

  v_refusal := case
    when not (v_basket -> 'is_owner')::boolean then 'WA023'
    when v_basket ->> 'status' = 'closed' then 'WA024'
  end;

  if v_refusal is null and wa.is_answer(p_chat, v_confirm, 'answer.words_yes') then
    begin
      perform from public.basket_close(p_chat.user_id, (v_basket ->> 'id')::uuid);
      return wa.go(p_chat, 'detail', v_data, 'closed_now', v_basket);
    exception
      when sqlstate 'WA021' or sqlstate 'WA022' or sqlstate 'WA023' then
        v_refusal := sqlstate;
    end;
  end if;

  if v_refusal is not null then
    return wa.go(p_chat, 'detail', v_data, wa.find_basket_refusal(v_refusal));
  end if;

  return wa.ask(
    p_chat,
    'close_confirm',
    array[v_confirm || '=close_yes', 'back'],
    v_basket,
    v_data,
    'not_understood'
  );
end
$$;

comment on function wa.step_basket_close is
'Asks the owner whether to close a basket for good, and closes it.';
