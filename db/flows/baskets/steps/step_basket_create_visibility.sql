create or replace function wa.step_basket_create_visibility(
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
  v_is_public boolean;
begin
  if not p_message.is_entry then
    v_is_public := case
      when wa.is_answer(p_message, 'answer:private', 'basket.words_private') then false
      when wa.is_answer(p_message, 'answer:public', 'basket.words_public') then true
    end;

    if v_is_public is not null then
      return (
        'basket_create_goal', p_data || jsonb_build_object('is_public', v_is_public), null
      )::wa.step_result;
    end if;
  end if;

  return (
    null,
    p_data,
    jsonb_build_array(
      wa.build_buttons(
        wa.ask_again(
          p_message,
          wa.get_text('basket.create_ask_visibility', v_locale, jsonb_build_object('name', p_data ->> 'name')),
          v_locale
        ),
        jsonb_build_array(
          wa.build_choice('answer:private', wa.get_text('basket.private_button', v_locale)),
          wa.build_choice('answer:public', wa.get_text('basket.public_button', v_locale)),
          wa.build_choice('back', wa.get_text('basket.back', v_locale))
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_create_visibility is
'Asks whether a new basket is private or public.';
