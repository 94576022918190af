create or replace function wa.step_basket_list(p_chat wa.chat)
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
      'basket.detail.' || basket.id,
      basket.name,
      concat_ws(
        ' · ',
        case when basket.status = 'closed' then wa.say(p_chat, 'closed') end,
        wa.format_amount(basket.balance_minor, basket.currency, p_chat.locale),
        wa.describe_member_count(basket.member_count, p_chat.locale)
      )
    )
    order by basket.position
  )
  into v_rows
  from public.basket_list_mine(p_chat.user_id) with ordinality as basket (
    id, name, status, member_count, balance_minor, currency, is_owner, is_public, goal_minor, last_activity, position
  );

  if v_rows is null then
    return wa.ask(
      p_chat,
      'list_empty',
      '{
        menu.basket_create=menu.basket_create_title,
        menu.basket_join=menu.basket_join_title,
        menu.basket_nearby=menu.basket_nearby_title
      }',
      p_data => '{}',
      p_again => 'not_understood'
    );
  end if;

  return wa.offer(
    p_chat,
    'list',
    v_rows,
    p_data => '{}',
    p_again => 'not_understood',
    p_button_key => 'open_list',
    p_more_prefix => 'basket.page.'
  );
end
$$;

comment on function wa.step_basket_list is
'Lists the user''s baskets, a page at a time; each row leads to its basket.';
