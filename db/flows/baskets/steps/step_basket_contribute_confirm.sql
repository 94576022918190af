create or replace function wa.step_basket_contribute_confirm(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_basket constant jsonb := wa.find_basket_detail(p_chat);
  v_data constant jsonb := jsonb_build_object('basket_id', v_basket ->> 'id');
  v_amount constant bigint := (p_chat.data ->> 'amount_minor')::bigint;
  v_confirm constant text := format('contribute:%s:%s', v_basket ->> 'id', v_amount);
  v_values jsonb;
  v_balance bigint;
begin
  if v_basket is null then
    return wa.go(p_chat, 'list', null, 'gone');
  end if;

  v_values := v_basket || jsonb_build_object(
    'amount', wa.format_amount(v_amount, v_basket ->> 'currency', p_chat.locale)
  );

  if wa.is_answer(p_chat, v_confirm, 'answer.words_yes') then
    begin
      -- The message's own id is the payment's name: however often it is delivered, it counts once.
      select contribution.balance_minor into v_balance
      from public.basket_contribute(
        p_chat.user_id,
        (v_basket ->> 'id')::uuid,
        v_amount,
        'whatsapp:' || md5((p_chat.message).wa_message_id)
      ) as contribution;
    exception
      when sqlstate 'WA021' or sqlstate 'WA022' or sqlstate 'WA024' or sqlstate 'WA032' then
        return wa.go(p_chat, 'detail', v_data, wa.find_basket_refusal(sqlstate));
    end;

    return wa.go(
      p_chat,
      'detail',
      v_data,
      'contributed',
      v_values || jsonb_build_object(
        'balance', wa.format_amount(v_balance, v_basket ->> 'currency', p_chat.locale)
      )
    );
  end if;

  return wa.ask(
    p_chat,
    'contribute_confirm',
    array[v_confirm || '=contribute_yes', 'back', 'cancel'],
    v_values,
    v_data || jsonb_build_object('amount_minor', v_amount),
    'not_understood'
  );
end
$$;

comment on function wa.step_basket_contribute_confirm is
'Shows the amount as it was understood, and records the contribution when the user agrees.';
