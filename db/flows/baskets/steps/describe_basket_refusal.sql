create or replace function wa.describe_basket_refusal(p_sqlstate text, p_locale text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select wa.get_text(
    case p_sqlstate
      when 'WA021' then 'basket.gone'
      when 'WA022' then 'basket.refused_not_member'
      when 'WA023' then 'basket.refused_not_owner'
      when 'WA024' then 'basket.refused_closed'
      when 'WA025' then 'basket.refused_last_owner'
      when 'WA028' then 'basket.refused_too_many_tries'
      when 'WA032' then 'basket.refused_amount'
    end,
    p_locale
  )
$$;

comment on function wa.describe_basket_refusal is
'What a basket routine refused, by its SQLSTATE, in words for the user. Raises WA006 for one that no user can cause.';
