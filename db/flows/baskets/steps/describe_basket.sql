create or replace function wa.describe_basket(p_detail jsonb, p_locale text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select concat_ws(
    e'\n',
    '*' || (p_detail ->> 'name') || '*',
    wa.describe_basket_kind(p_detail, p_locale),
    case
      when p_detail ->> 'goal_minor' is null then wa.get_text(
        'basket.balance', p_locale, jsonb_build_object('balance', amount.balance)
      )
      else wa.get_text(
        'basket.balance_of_goal', p_locale, jsonb_build_object('balance', amount.balance, 'goal', amount.goal)
      )
    end,
    case
      when p_detail ->> 'owner_name' is not null
        then wa.get_text('basket.owner', p_locale, jsonb_build_object('owner', p_detail ->> 'owner_name'))
    end,
    case
      when p_detail ->> 'status' = 'open' and (p_detail -> 'is_member')::boolean
        then wa.get_text('basket.code', p_locale, jsonb_build_object('code', p_detail ->> 'share_token'))
    end,
    p_detail ->> 'description'
  )
  from (
    select
      wa.format_amount((p_detail ->> 'balance_minor')::bigint, p_detail ->> 'currency', p_locale) as balance,
      wa.format_amount((p_detail ->> 'goal_minor')::bigint, p_detail ->> 'currency', p_locale) as goal
  ) as amount
$$;

comment on function wa.describe_basket is
'A basket in a few lines: name, kind, balance and goal, owner, and for members of an open one its code.';
