create or replace function wa.release_template()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  -- Bounds the transaction that approves; the rest comes due at its recheck.
  c_most constant integer := 10000;
  v_now constant timestamptz := clock_timestamp();
begin
  update public.notifications
  set waiting_for = null, next_attempt_at = v_now
  where notifications.id = any(
    array(
      select waiting.id
      from public.notifications as waiting
      cross join lateral (
        select case
          when waiting.payload ->> 'type' = 'template' then waiting.payload else waiting.fallback_template
        end -> 'template' as template
      ) as used
      where waiting.waiting_for = 'template'
        and used.template ->> 'name' = old.name
        and replace(used.template #>> '{language,code}', '-', '_') = old.language
      order by waiting.id
      limit c_most
      for update
    )
  );

  if found then
    perform wa.wake_notifier();
  end if;
  return null;
end
$$;

alter function wa.release_template owner to wa_runtime;

comment on function wa.release_template is
'Lets the messages go that waited for a template which may be sent again.';

create or replace trigger message_templates_release
after update of is_held on wa.message_templates
for each row
when (old.is_held and not new.is_held)
execute function wa.release_template();

comment on trigger message_templates_release on wa.message_templates is
'Approval by Meta and an operator''s update let held messages go alike.';

create or replace trigger message_templates_forget
after delete on wa.message_templates
for each row
when (old.is_held)
execute function wa.release_template();

comment on trigger message_templates_forget on wa.message_templates is
'A template that is not listed may be sent.';
