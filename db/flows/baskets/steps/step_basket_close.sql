create or replace function wa.step_basket_close(
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
  v_refusal text;
begin
  if v_basket is null then
    return wa.answer_basket_gone(p_profile.locale);
  end if;

  v_refusal := case
    when not (v_basket -> 'is_owner')::boolean then 'WA023'
    when v_basket ->> 'status' = 'closed' then 'WA024'
  end;

  if v_refusal is null
    and not p_message.is_entry
    and wa.is_answer(p_message, 'answer:close:' || (v_basket ->> 'id'), 'basket.words_yes')
  then
    begin
      perform from public.basket_close(p_profile.user_id, (v_basket ->> 'id')::uuid);

      return (
        'basket_detail',
        jsonb_build_object('basket_id', v_basket ->> 'id'),
        jsonb_build_array(
          wa.build_text(wa.get_text('basket.closed_now', v_locale, jsonb_build_object('name', v_basket ->> 'name')))
        )
      )::wa.step_result;
    exception
      when sqlstate 'WA021' or sqlstate 'WA022' or sqlstate 'WA023' then
        v_refusal := sqlstate;
    end;
  end if;

  if v_refusal is not null then
    return (
      'basket_detail',
      jsonb_build_object('basket_id', v_basket ->> 'id'),
      jsonb_build_array(wa.build_text(wa.describe_basket_refusal(v_refusal, v_locale)))
    )::wa.step_result;
  end if;

  return (
    null,
    jsonb_build_object('basket_id', v_basket ->> 'id'),
    jsonb_build_array(
      wa.build_buttons(
        wa.ask_again(
          p_message,
          wa.get_text('basket.close_confirm', v_locale, jsonb_build_object('name', v_basket ->> 'name')),
          v_locale
        ),
        jsonb_build_array(
          wa.build_choice('answer:close:' || (v_basket ->> 'id'), wa.get_text('basket.close_yes', v_locale)),
          wa.build_choice('back', wa.get_text('basket.back', v_locale))
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_close is
'Asks the owner whether to close a basket for good, and closes it.';
