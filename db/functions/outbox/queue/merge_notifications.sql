create or replace function wa.merge_notifications(p_merged uuid, p_survivor uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  with moved as materialized (
    select notification.id
    from public.notifications as notification
    where notification.id in (
      -- Two indexes of what is unsettled, which is little beside what is settled.
      select unsettled.id
      from public.notifications as unsettled
      where unsettled.open_user_id = p_merged
      union all
      select waiting.id
      from public.notifications as waiting
      where waiting.user_id = p_merged
        and waiting.waiting_for is not null
    )
    order by notification.id
    for no key update
  )

  update public.notifications as notification
  set user_id = p_survivor
  from moved
  where notification.id = moved.id;
end
$$;

comment on function wa.merge_notifications is
'Of wa.move_to_survivor: what is still to be sent to a merged profile goes to the survivor. What was sent stays with the profile it was sent to.';
