create or replace function wa.step_basket_contribute_amount(
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
  v_amount bigint;
begin
  if v_basket is null then
    return wa.answer_basket_gone(p_profile.locale);
  end if;

  if v_basket ->> 'status' = 'closed' or not (v_basket -> 'is_member')::boolean then
    return (
      'basket_detail',
      jsonb_build_object('basket_id', v_basket ->> 'id'),
      jsonb_build_array(
        wa.build_text(
          wa.describe_basket_refusal(case when v_basket ->> 'status' = 'closed' then 'WA024' else 'WA022' end, v_locale)
        )
      )
    )::wa.step_result;
  end if;

  if not p_message.is_entry then
    v_amount := wa.parse_amount(wa.get_typed_text(p_message), v_basket ->> 'currency');

    if v_amount > 0 then
      return (
        'basket_contribute_confirm',
        jsonb_build_object('basket_id', v_basket ->> 'id', 'amount_minor', v_amount),
        null
      )::wa.step_result;
    end if;
  end if;

  return (
    null,
    jsonb_build_object('basket_id', v_basket ->> 'id'),
    jsonb_build_array(
      wa.build_buttons(
        wa.add_notice(
          case when not p_message.is_entry then wa.get_text('basket.amount_not_understood', v_locale) end,
          wa.get_text(
            'basket.contribute_ask',
            v_locale,
            jsonb_build_object('name', v_basket ->> 'name', 'currency', v_basket ->> 'currency')
          )
        ),
        jsonb_build_array(wa.build_choice('back', wa.get_text('basket.back', v_locale)))
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_contribute_amount is
'Asks how much the user puts into a basket.';
