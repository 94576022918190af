create or replace function wa.find_basket_refusal(p_sqlstate text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case p_sqlstate
    when 'WA021' then 'basket.gone'
    when 'WA022' then 'basket.refused_not_member'
    when 'WA023' then 'basket.refused_not_owner'
    when 'WA024' then 'basket.refused_closed'
    when 'WA025' then 'basket.refused_last_owner'
    when 'WA028' then 'basket.refused_too_many_tries'
    when 'WA032' then 'basket.refused_amount'
  end;
end
$$;

comment on function wa.find_basket_refusal is
'What a basket routine refused, by its SQLSTATE: the key of the words for the user in wa.texts.';
