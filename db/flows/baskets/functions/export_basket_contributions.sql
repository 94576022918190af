create or replace function wa.export_basket_contributions(p_user_ids uuid[])
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  return (
    select coalesce(
      jsonb_agg(
        jsonb_build_object(
          'basket', basket.name,
          'amount_minor', contribution.amount_minor,
          'currency', contribution.currency,
          'reference', contribution.reference,
          'created_at', contribution.created_at
        )
        order by contribution.created_at
      ),
      '[]'
    )
    from public.basket_contributions as contribution
    inner join public.baskets as basket on basket.id = contribution.basket_id
    where contribution.user_id = any(p_user_ids)
  );
end
$$;

alter function wa.export_basket_contributions owner to wa_basket_owner;

comment on function wa.export_basket_contributions is
'Of wa_export_profile: what a person has put into baskets, amounts in minor units.';

grant execute on function wa.export_basket_contributions to wa_privacy;
