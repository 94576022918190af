create or replace function wa.list_basket_actions(p_detail jsonb, p_locale text)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_agg(
    wa.build_choice(
      action.id || case when action.has_target then p_detail ->> 'id' else '' end,
      wa.get_text(action.title_key, p_locale)
    )
    order by action.position
  )
  from (
    values
    (1, 'basket.join.', true, 'basket.action_join', 'stranger'),
    (2, 'basket.share.', true, 'basket.action_share', 'member'),
    (3, 'basket.contribute.', true, 'basket.action_contribute', 'member'),
    (4, 'basket.leave.', true, 'basket.action_leave', 'member'),
    (5, 'basket.close.', true, 'basket.action_close', 'owner'),
    (6, 'menu.baskets', false, 'menu.baskets_title', 'everybody'),
    (7, 'menu', false, 'home.open_menu', 'everybody')
  ) as action (position, id, has_target, title_key, who)
  where case action.who
    when 'stranger' then not (p_detail -> 'is_member')::boolean
    when 'member' then (p_detail -> 'is_member')::boolean
      and (p_detail ->> 'status' = 'open' or action.id = 'basket.leave.')
    when 'owner' then (p_detail -> 'is_owner')::boolean and p_detail ->> 'status' = 'open'
    else true
  end
$$;

comment on function wa.list_basket_actions is
'What this person may do with a basket, as rows of a list.';
