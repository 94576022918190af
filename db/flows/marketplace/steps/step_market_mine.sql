create or replace function wa.step_market_mine(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows jsonb;
begin
  select jsonb_agg(
    wa.build_choice(
      'market.detail.' || mine.offer_id,
      mine.title,
      concat_ws(
        ' · ',
        wa.describe_market_price(to_jsonb(mine), p_chat.locale),
        wa.say(p_chat, 'status_' || mine.status),
        case
          when mine.talk_count > 0 then wa.say(p_chat, 'asked_by', jsonb_build_object('count', mine.talk_count))
        end
      )
    )
    order by mine.position
  )
  into v_rows
  from public.market_list_mine(p_chat.user_id) with ordinality as mine (
    offer_id, title, price_minor, currency, status, talk_count, created_at, expires_at, position
  );

  if v_rows is null then
    return wa.ask(p_chat, 'nothing_offered', '{menu.market_offer_title=sell_title,menu}', p_data => '{}');
  end if;

  return wa.offer(
    p_chat, 'list_mine', v_rows, p_data => '{}', p_again => 'not_understood', p_button_key => 'open_list'
  );
end
$$;

comment on function wa.step_market_mine is
'Lists what the user offers; each row leads to its offer.';
