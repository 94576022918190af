create or replace function wa.step_market_detail(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offer constant jsonb := wa.find_market_detail(p_chat);
  v_id constant text := v_offer ->> 'offer_id';
  v_picture constant jsonb := case when p_chat.is_entered then wa.build_stored_media((v_offer ->> 'picture')::bigint) end;
begin
  if v_offer is null then
    return wa.go(p_chat, 'find', null, 'gone');
  end if;

  return wa.stay(
    jsonb_path_query_array(
      jsonb_build_array(
        v_picture,
        wa.build_buttons(
          wa.ask_again(p_chat, wa.describe_market_offer(v_offer, p_chat.locale), 'not_understood'),
          case
            when not (v_offer -> 'is_mine')::boolean then jsonb_build_array(
              wa.build_choice('market.ask.' || v_id, wa.say(p_chat, 'ask_button')),
              wa.build_choice('market.report.' || v_id, wa.say(p_chat, 'report_button'))
            )
            when v_offer ->> 'status' = 'open' then jsonb_build_array(
              wa.build_choice('market.close.' || v_id, wa.say(p_chat, 'close_button'))
            )
            when v_offer ->> 'status' = 'expired' then jsonb_build_array(
              wa.build_choice('market.renew.' || v_id, wa.say(p_chat, 'renew_button'))
            )
            else '[]'
          end || wa.build_choices(p_chat, '{menu}')
        )
      ),
      '$[*] ? (@ != null)'
    ),
    jsonb_build_object('offer_id', v_id)
  );
end
$$;

comment on function wa.step_market_detail is
'Shows one offer with its picture, and what the user can do with it.';
