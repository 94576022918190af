create or replace function wa.step_basket_create_confirm(
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
  v_is_public boolean := coalesce((p_data -> 'is_public')::boolean, false);
  v_basket_id uuid;
begin
  if not p_message.is_entry and wa.is_answer(p_message, 'answer:create', 'basket.words_yes') then
    select basket.basket_id into v_basket_id
    from public.basket_create(
      p_profile.user_id, p_profile.whatsapp_e164, p_data ->> 'name', v_is_public, (p_data ->> 'goal_minor')::bigint
    ) as basket;

    if v_is_public and p_data ? 'latitude' then
      perform from public.basket_set_place(
        p_profile.user_id, v_basket_id,
        (p_data ->> 'latitude')::double precision, (p_data ->> 'longitude')::double precision
      );
    end if;

    return (
      'basket_detail',
      jsonb_build_object('basket_id', v_basket_id),
      jsonb_build_array(
        wa.build_text(wa.get_text('basket.created', v_locale, jsonb_build_object('name', p_data ->> 'name')))
      )
    )::wa.step_result;
  end if;

  return (
    null,
    p_data,
    jsonb_build_array(
      wa.build_buttons(
        wa.ask_again(
          p_message,
          concat_ws(
            e'\n',
            wa.get_text('basket.create_confirm', v_locale, jsonb_build_object('name', p_data ->> 'name')),
            wa.get_text(
              case
                when not v_is_public then 'basket.private_explained'
                when p_data ? 'latitude' then 'basket.public_with_place_explained'
                else 'basket.public_explained'
              end,
              v_locale
            ),
            case
              when p_data ? 'goal_minor' then wa.get_text(
                'basket.goal',
                v_locale,
                jsonb_build_object(
                  'goal',
                  wa.format_amount(
                    (p_data ->> 'goal_minor')::bigint, wa.get_setting('default_currency') #>> '{}', v_locale
                  )
                )
              )
            end
          ),
          v_locale
        ),
        jsonb_build_array(
          wa.build_choice('answer:create', wa.get_text('basket.create_yes', v_locale)),
          wa.build_choice('back', wa.get_text('basket.back', v_locale)),
          wa.build_choice('cancel', wa.get_text('basket.cancel', v_locale))
        )
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_create_confirm is
'Shows what the new basket will be, and creates it when the user agrees.';
