create or replace function wa.step_basket_leave(
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
begin
  if v_basket is null then
    return wa.answer_basket_gone(p_profile.locale);
  end if;

  if not (v_basket -> 'is_member')::boolean then
    return (
      'basket_detail',
      jsonb_build_object('basket_id', v_basket ->> 'id'),
      jsonb_build_array(wa.build_text(wa.describe_basket_refusal('WA022', v_locale)))
    )::wa.step_result;
  end if;

  if not p_message.is_entry and wa.is_answer(p_message, 'answer:leave:' || (v_basket ->> 'id'), 'basket.words_yes') then
    begin
      perform from public.basket_leave(p_profile.user_id, (v_basket ->> 'id')::uuid);
    exception
      when sqlstate 'WA021' or sqlstate 'WA022' or sqlstate 'WA025' then
        return (
          'basket_detail',
          jsonb_build_object('basket_id', v_basket ->> 'id'),
          jsonb_build_array(wa.build_text(wa.describe_basket_refusal(sqlstate, v_locale)))
        )::wa.step_result;
    end;

    return (
      'basket_list',
      null,
      jsonb_build_array(
        wa.build_text(wa.get_text('basket.left', v_locale, jsonb_build_object('name', v_basket ->> 'name')))
      )
    )::wa.step_result;
  end if;

  return (
    null,
    jsonb_build_object('basket_id', v_basket ->> 'id'),
    jsonb_build_array(
      wa.build_buttons(
        wa.ask_again(
          p_message,
          wa.get_text('basket.leave_confirm', v_locale, jsonb_build_object('name', v_basket ->> 'name')),
          v_locale
        ),
        jsonb_build_array(
          wa.build_choice('answer:leave:' || (v_basket ->> 'id'), wa.get_text('basket.leave_yes', v_locale)),
          wa.build_choice('back', wa.get_text('basket.back', v_locale))
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_leave is
'Asks whether to leave a basket, and leaves it. The id in the button must be the one that was asked about.';
