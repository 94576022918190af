create or replace function wa.step_market_offer_confirm(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_data constant jsonb := p_chat.data;
  v_picture constant jsonb := case when p_chat.is_entered then wa.build_stored_media((v_data ->> 'picture')::bigint) end;
  v_offer_id uuid;
begin
  if wa.is_answer(p_chat, 'make', 'answer.words_yes') then
    begin
      select made.offer_id into v_offer_id
      from public.market_create(
        p_chat.user_id,
        v_data ->> 'title',
        (v_data ->> 'price_minor')::bigint,
        (v_data ->> 'latitude')::double precision,
        (v_data ->> 'longitude')::double precision,
        (v_data ->> 'picture')::bigint
      ) as made;
    exception
      when sqlstate 'WA087' then
        return wa.go(p_chat, 'offer_picture', v_data, 'picture_not_usable');
    end;
    return wa.go(p_chat, 'detail', jsonb_build_object('offer_id', v_offer_id), 'made', v_data);
  end if;

  return wa.stay(
    jsonb_path_query_array(
      jsonb_build_array(
        v_picture,
        wa.build_buttons(
          wa.ask_again(
            p_chat,
            wa.say(
              p_chat,
              'confirm_offer',
              v_data || jsonb_build_object('price', wa.describe_market_price(v_data, p_chat.locale))
            ),
            'not_understood'
          ),
          wa.build_choices(p_chat, '{make,back,cancel}')
        )
      ),
      '$[*] ? (@ != null)'
    )
  );
end
$$;

comment on function wa.step_market_offer_confirm is
'Shows what the offer will be, and makes it when the user agrees.';
