create or replace function wa.tell_of_left_out()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_left_out constant integer := nullif(current_setting('wa.left_out', true), '')::integer;
begin
  if v_left_out is not null then
    perform set_config('wa.left_out', '', true);
    perform wa.emit_event('NOTIFY_LEFT_OUT', jsonb_build_object('count', v_left_out, 'reason', 'too old'), 'warning');

    insert into wa.alert_occurrences (kind, group_key, detail, seen_count)
    values ('messages_left_out', 'age', '{}', v_left_out);
  end if;
  return null;
end
$$;

alter function wa.tell_of_left_out owner to wa_runtime;

comment on function wa.tell_of_left_out is
'Says how many failed notifications a statement left out of what it queued again, since they were too old.';

create or replace trigger notifications_tell_of_left_out
after update of status on public.notifications
for each statement
when (current_user::text <> 'wa_runtime')
execute function wa.tell_of_left_out();

comment on trigger notifications_tell_of_left_out on public.notifications is 'What a drain leaves out is counted and told.';
