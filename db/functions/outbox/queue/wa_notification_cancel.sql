create or replace function public.wa_notification_cancel(id bigint)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set datestyle = 'ISO'
set intervalstyle = 'postgres'
set timezone = 'UTC'
set extra_float_digits = 1
set standard_conforming_strings = on
as $$
declare
  v_user_id uuid;
begin
  update public.notifications as notification
  set status = 'cancelled', blocked_by = null, waiting_for = null, in_doubt_since = null
  where notification.id = wa_notification_cancel.id
    and notification.status = 'queued'
  returning notification.user_id into v_user_id;

  if not found then
    return false;
  end if;
  if v_user_id is not null then
    perform wa.release_successors(array[v_user_id]);
  end if;
  return true;
end
$$;

alter function public.wa_notification_cancel owner to wa_runtime;

comment on function public.wa_notification_cancel is
'Cancels a notification that is still queued. False: it was not, being sent, settled or unknown.';

grant execute on function public.wa_notification_cancel to wa_operator_role;
