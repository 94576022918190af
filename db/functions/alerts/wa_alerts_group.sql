create or replace function public.wa_alerts_group()
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  perform wa.warn_of_waiting();
  perform wa.group_alerts();

  perform wa.note_posting(false);

  return (
    select count(*)
    from wa.alerts as alert
    where alert.delivered_count < alert.seen_count
  );
end
$$;

alter function public.wa_alerts_group owner to wa_runtime;

comment on function public.wa_alerts_group is
'Groups what has happened into wa.alerts without handing anything out, for a notifier that has nowhere to deliver alerts. Returns how many alerts have news.';

grant execute on function public.wa_alerts_group to wa_notifier_role;
