create or replace function wa.step_basket_join_confirm(
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
  v_code text := wa.fold_basket_code(coalesce(p_data ->> 'link', p_data ->> 'code'));
begin
  if coalesce(v_code, '') = '' then
    return ('basket_join_code', null, null)::wa.step_result;
  end if;

  if not p_message.is_entry and wa.is_answer(p_message, 'answer:join:' || v_code, 'basket.words_yes') then
    return wa.join_basket(p_profile, v_code);
  end if;

  return (
    null,
    jsonb_build_object('code', v_code),
    jsonb_build_array(
      wa.build_buttons(
        wa.ask_again(
          p_message,
          wa.get_text('basket.join_confirm', p_profile.locale, jsonb_build_object('code', v_code)),
          p_profile.locale
        ),
        jsonb_build_array(
          wa.build_choice('answer:join:' || v_code, wa.get_text('basket.action_join', p_profile.locale)),
          wa.build_choice('cancel', wa.get_text('basket.cancel', p_profile.locale))
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_join_confirm is
'Asks whether to join the basket whose link was opened. Names the code and not the basket, which may be private.';
