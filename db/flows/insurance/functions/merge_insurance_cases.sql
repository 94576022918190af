create or replace function wa.merge_insurance_cases(p_merged uuid, p_survivor uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from public.insurance_cases as one
  where one.user_id in (p_merged, p_survivor) and one.closed_at is null
  order by one.id
  for no key update;

  update public.insurance_cases as one
  set status = 'withdrawn', changed_at = now(), closed_at = now()
  where one.id = (
    select open.id
    from public.insurance_cases as open
    where open.user_id in (p_merged, p_survivor) and open.closed_at is null
    order by open.status = 'submitted' desc, open.changed_at desc, open.id desc
    limit 1 offset 1
  );

  update public.insurance_cases as one
  set user_id = p_survivor
  where one.user_id = p_merged;
end
$$;

comment on function wa.merge_insurance_cases is
'Of wa.move_to_survivor: cases go to the survivor. Of two that are open the one that staff have stays, else the one that was last worked on; the other is withdrawn.';
