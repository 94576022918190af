create or replace function wa.refuse_ledger_change()
returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'WA035',
    message = 'the ledger of contributions cannot be edited',
    detail = format('%s on %I.%I.', tg_op, tg_table_schema, tg_table_name),
    hint = 'Take a wrong contribution back with wa.reverse_basket_contribution, and record the right one.';
end
$$;

comment on function wa.refuse_ledger_change is
'Refuses to change or remove ledger entries, whoever tries.';

grant execute on function wa.refuse_ledger_change to wa_basket_owner;

create or replace trigger basket_contributions_are_final
before update or delete or truncate on public.basket_contributions
for each statement execute function wa.refuse_ledger_change();

comment on trigger basket_contributions_are_final on public.basket_contributions is
'Entries are added and never changed, by nobody: not even by the owner of the table.';
