create or replace function wa.step_basket_list(
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
  v_rows jsonb;
begin
  select jsonb_agg(
    wa.build_choice(
      'basket.detail.' || basket.id,
      basket.name,
      concat_ws(
        ' · ',
        case when basket.status = 'closed' then wa.get_text('basket.closed', v_locale) end,
        wa.format_amount(basket.balance_minor, basket.currency, v_locale),
        wa.count_basket_members(basket.member_count, v_locale)
      )
    )
    order by basket.position
  )
  into v_rows
  from public.basket_list_mine(p_profile.user_id) with ordinality as basket (
    id, name, status, member_count, balance_minor, currency, is_owner, is_public, goal_minor, last_activity, position
  );

  return (
    null,
    '{}'::jsonb,
    jsonb_build_array(
      case
        when v_rows is null then wa.build_buttons(
          wa.ask_again(p_message, wa.get_text('basket.list_empty', v_locale), v_locale),
          jsonb_build_array(
            wa.build_choice('menu.basket_create', wa.get_text('menu.basket_create_title', v_locale)),
            wa.build_choice('menu.basket_join', wa.get_text('menu.basket_join_title', v_locale)),
            wa.build_choice('menu.basket_nearby', wa.get_text('menu.basket_nearby_title', v_locale))
          )
        )
        else wa.build_list(
          wa.ask_again(p_message, wa.get_text('basket.list', v_locale), v_locale),
          wa.get_text('basket.open_list', v_locale),
          v_rows,
          wa.read_page(p_data),
          wa.get_text('menu.more', v_locale),
          'basket.page.'
        )
      end
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_list is
'Lists the user''s baskets, a page at a time; each row leads to its basket.';
