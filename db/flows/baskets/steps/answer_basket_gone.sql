create or replace function wa.answer_basket_gone(p_locale text)
returns wa.step_result
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select 'basket_list', null::jsonb, jsonb_build_array(wa.build_text(wa.get_text('basket.gone', p_locale)))
$$;

comment on function wa.answer_basket_gone is
'Says that the user does not see the basket, or no longer, and leads to the user''s baskets.';
