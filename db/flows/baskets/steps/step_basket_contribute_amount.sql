create or replace function wa.step_basket_contribute_amount(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_basket constant jsonb := wa.find_basket_detail(p_chat);
  v_data constant jsonb := jsonb_build_object('basket_id', v_basket ->> 'id');
  v_amount bigint;
begin
  if v_basket is null then
    return wa.go(p_chat, 'list', null, 'gone');
  end if;

  if v_basket ->> 'status' = 'closed' or not (v_basket -> 'is_member')::boolean then
    return wa.go(
      p_chat,
      'detail',
      v_data,
      wa.find_basket_refusal(case when v_basket ->> 'status' = 'closed' then 'WA024' else 'WA022' end)
    );
  end if;

  v_amount := wa.parse_amount(wa.typed(p_chat), v_basket ->> 'currency');

  if v_amount > 0 then
    return wa.go(p_chat, 'contribute_confirm', v_data || jsonb_build_object('amount_minor', v_amount));
  end if;

  return wa.ask(p_chat, 'contribute_ask', '{back}', v_basket, v_data, 'amount_not_understood');
end
$$;

comment on function wa.step_basket_contribute_amount is
'Asks how much the user puts into a basket.';
