create or replace function wa.describe_basket_kind(p_basket jsonb, p_locale text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select concat_ws(
    ' · ',
    wa.get_text(
      case when p_basket ->> 'status' = 'closed' then 'basket.closed' else 'basket.open' end, p_locale
    ),
    wa.get_text(
      case when (p_basket -> 'is_public')::boolean then 'basket.public' else 'basket.private' end, p_locale
    ),
    wa.describe_member_count((p_basket ->> 'member_count')::integer, p_locale)
  )
$$;

comment on function wa.describe_basket_kind is
'Whether a basket is open, who may join, and how many are in it, on one line.';
