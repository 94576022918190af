create or replace function wa.erase_basket_contributions(p_user_ids uuid[])
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return 0 * cardinality(p_user_ids);
end
$$;

comment on function wa.erase_basket_contributions is
'Of wa_erase_profile: the ledger stays as it is, so that its sums do. Its rows name a profile that nothing personal is left of.';

grant execute on function wa.erase_basket_contributions to wa_privacy;
