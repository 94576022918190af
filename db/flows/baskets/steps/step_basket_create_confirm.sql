create or replace function wa.step_basket_create_confirm(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_data constant jsonb := p_chat.data;
  v_is_public constant boolean := coalesce((v_data -> 'is_public')::boolean, false);
  v_basket_id uuid;
begin
  if wa.is_answer(p_chat, 'answer:create', 'basket.words_yes') then
    select basket.basket_id into v_basket_id
    from public.basket_create(
      p_chat.user_id, null, v_data ->> 'name', v_is_public, (v_data ->> 'goal_minor')::bigint
    ) as basket;

    if v_is_public and v_data ? 'latitude' then
      perform from public.basket_set_place(
        p_chat.user_id, v_basket_id,
        (v_data ->> 'latitude')::double precision, (v_data ->> 'longitude')::double precision
      );
    end if;

    return wa.go(
      p_chat, 'basket_detail', jsonb_build_object('basket_id', v_basket_id), 'basket.created', v_data
    );
  end if;

  return wa.stay(
    wa.build_buttons(
      wa.ask_again(
        p_chat,
        concat_ws(
          e'\n',
          wa.get_text('basket.create_confirm', p_chat.locale, v_data),
          wa.get_text(
            case
              when not v_is_public then 'basket.private_explained'
              when v_data ? 'latitude' then 'basket.public_with_place_explained'
              else 'basket.public_explained'
            end,
            p_chat.locale
          ),
          case
            when v_data ? 'goal_minor' then wa.get_text(
              'basket.goal',
              p_chat.locale,
              jsonb_build_object(
                'goal',
                wa.format_amount(
                  (v_data ->> 'goal_minor')::bigint, wa.get_setting('default_currency') #>> '{}', p_chat.locale
                )
              )
            )
          end
        ),
        'basket.not_understood'
      ),
      wa.build_choices(
        '{"answer:create": "basket.create_yes", "back": "basket.back", "cancel": "basket.cancel"}', p_chat.locale
      )
    )
  );
end
$$;

comment on function wa.step_basket_create_confirm is
'Shows what the new basket will be, and creates it when the user agrees.';
