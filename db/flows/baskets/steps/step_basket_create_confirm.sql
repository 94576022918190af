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
  if wa.is_answer(p_chat, 'create', 'answer.words_yes') then
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
      p_chat, 'detail', jsonb_build_object('basket_id', v_basket_id), 'created', v_data
    );
  end if;

  return wa.stay(
    wa.build_buttons(
      wa.ask_again(
        p_chat,
        concat_ws(
          e'\n',
          wa.say(p_chat, 'create_confirm', v_data),
          wa.say(
            p_chat,
            case
              when not v_is_public then 'private_explained'
              when v_data ? 'latitude' then 'public_with_place_explained'
              else 'public_explained'
            end
          ),
          case
            when v_data ? 'goal_minor' then wa.say(
              p_chat,
              'goal',
              jsonb_build_object(
                'goal',
                wa.format_amount(
                  (v_data ->> 'goal_minor')::bigint, wa.get_setting('default_currency') #>> '{}', p_chat.locale
                )
              )
            )
          end
        ),
        'not_understood'
      ),
      wa.build_choices(p_chat, '{create=create_yes,back,cancel}')
    )
  );
end
$$;

comment on function wa.step_basket_create_confirm is
'Shows what the new basket will be, and creates it when the user agrees.';
