create or replace function wa.step_basket_contribute_confirm(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_basket jsonb := wa.find_basket_detail(p_profile.user_id, p_data);
  v_locale text := p_profile.locale;
  v_amount bigint := (p_data ->> 'amount_minor')::bigint;
  v_balance bigint;
begin
  if v_basket is null then
    return wa.answer_basket_gone(p_profile.locale);
  end if;

  if not p_message.is_entry
    and wa.is_answer(p_message, format('answer:contribute:%s:%s', v_basket ->> 'id', v_amount), 'basket.words_yes')
  then
    begin
      -- The message's own id is the payment's name: however often it is delivered, it counts once.
      select contribution.balance_minor into v_balance
      from public.basket_contribute(
        p_profile.user_id, (v_basket ->> 'id')::uuid, v_amount, 'whatsapp:' || md5(p_message.wa_message_id)
      ) as contribution;
    exception
      when sqlstate 'WA021' or sqlstate 'WA022' or sqlstate 'WA024' or sqlstate 'WA032' then
        return (
          'basket_detail',
          jsonb_build_object('basket_id', v_basket ->> 'id'),
          jsonb_build_array(wa.build_text(wa.describe_basket_refusal(sqlstate, v_locale)))
        )::wa.step_result;
    end;

    return (
      'basket_detail',
      jsonb_build_object('basket_id', v_basket ->> 'id'),
      jsonb_build_array(
        wa.build_text(
          wa.get_text(
            'basket.contributed',
            v_locale,
            jsonb_build_object(
              'amount', wa.format_amount(v_amount, v_basket ->> 'currency', v_locale),
              'name', v_basket ->> 'name',
              'balance', wa.format_amount(v_balance, v_basket ->> 'currency', v_locale)
            )
          )
        )
      )
    )::wa.step_result;
  end if;

  return (
    null,
    jsonb_build_object('basket_id', v_basket ->> 'id', 'amount_minor', v_amount),
    jsonb_build_array(
      wa.build_buttons(
        wa.ask_again(
          p_message,
          wa.get_text(
            'basket.contribute_confirm',
            v_locale,
            jsonb_build_object(
              'amount', wa.format_amount(v_amount, v_basket ->> 'currency', v_locale), 'name', v_basket ->> 'name'
            )
          ),
          v_locale
        ),
        jsonb_build_array(
          wa.build_choice(
            format('answer:contribute:%s:%s', v_basket ->> 'id', v_amount), wa.get_text('basket.contribute_yes', v_locale)
          ),
          wa.build_choice('back', wa.get_text('basket.back', v_locale)),
          wa.build_choice('cancel', wa.get_text('basket.cancel', v_locale))
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_contribute_confirm is
'Shows the amount as it was understood, and records the contribution when the user agrees.';
