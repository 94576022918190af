create or replace function wa.refuse_transition()
returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if old.status = new.status
    -- An older edge function, which is an engine of its own.
    or current_user in ('wa_edge_role', 'service_role')
    or (old.status, new.status) in (('failed', 'queued'), ('failed', 'cancelled'), ('queued', 'cancelled'))
  then
    return new;
  end if;

  raise exception using
    errcode = 'WA040',
    message = format('notification %s is %s and cannot be made %s by hand', old.id, old.status, new.status),
    detail = 'By hand a failed one becomes queued or cancelled, and a queued one cancelled. Nothing was changed.',
    hint = case
      when old.status in ('sent', 'delivered', 'read')
        then 'It would reach its recipient twice. Name the rows that failed: ... where status = ''failed''.'
      when old.status = 'sending'
        then format('A worker has it until %s. Then it is settled, or tried again by itself.', old.locked_until)
      when old.status = 'cancelled'
        then 'Queue a new one: select public.wa_notify(<recipient>, <payload>).'
      else 'The notifier settles it. To keep it from being sent, make it cancelled.'
    end;
end
$$;

comment on function wa.refuse_transition is
'Refuses what a person may not make of a notification''s status (WA040).';

create or replace trigger notifications_allow_transitions
before update of status on public.notifications
for each row
-- Short: PostgreSQL reads it anew in each statement.
when (current_user::text <> 'wa_runtime')
execute function wa.refuse_transition();

comment on trigger notifications_allow_transitions on public.notifications is
'A forgotten where sends nothing twice.';
