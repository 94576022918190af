create or replace function wa.step_basket_create_goal(
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
  v_locale text := p_profile.locale;
  v_currency text := wa.get_setting('default_currency') #>> '{}';
  v_goal bigint;
  v_next text := case when (p_data -> 'is_public')::boolean then 'basket_create_place' else 'basket_create_confirm' end;
begin
  if not p_message.is_entry then
    if wa.is_answer(p_message, 'answer:no_goal', 'basket.words_skip') then
      return (v_next, p_data - 'goal_minor', null)::wa.step_result;
    end if;

    v_goal := wa.parse_amount(wa.get_typed_text(p_message), v_currency);

    if v_goal between 1 and 1000000000000000 then
      return (v_next, p_data || jsonb_build_object('goal_minor', v_goal), null)::wa.step_result;
    end if;
  end if;

  return (
    null,
    p_data,
    jsonb_build_array(
      wa.build_buttons(
        wa.add_notice(
          case when not p_message.is_entry then wa.get_text('basket.amount_not_understood', v_locale) end,
          wa.get_text('basket.create_ask_goal', v_locale, jsonb_build_object('currency', v_currency))
        ),
        jsonb_build_array(
          wa.build_choice('answer:no_goal', wa.get_text('basket.no_goal_button', v_locale)),
          wa.build_choice('back', wa.get_text('basket.back', v_locale))
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_create_goal is
'Asks for the goal of a new basket, in whole units of the currency; none is an answer too.';
