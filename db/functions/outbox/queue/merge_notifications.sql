create or replace function wa.merge_notifications(p_merged uuid, p_survivor uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.notifications
  set user_id = p_survivor
  where notifications.id = any(
    array(
      select moved.id
      from public.notifications as moved
      where moved.id = any(
        -- Two indexes of what is unsettled, which is little beside what is settled.
        array(
          select unsettled.id
          from public.notifications as unsettled
          where unsettled.open_user_id = p_merged
          union all
          select waiting.id
          from public.notifications as waiting
          where waiting.user_id = p_merged
            and waiting.waiting_for is not null
        )
      )
      order by moved.id
      for no key update
    )
  );
end
$$;

comment on function wa.merge_notifications is
'Of wa.move_to_survivor: what is still to be sent to a merged profile goes to the survivor. What was sent stays with the profile it was sent to.';
