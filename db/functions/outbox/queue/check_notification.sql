create or replace function wa.check_notification()
returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_broken text := case
    when new.recipient = '' then 'recipient_is_not_empty'
    when new.dedupe_key = '' then 'dedupe_key_is_not_empty'
    when new.user_id is null and new.payload ->> 'recipient_type' <> 'group' then 'only_groups_have_no_user'
    when new.kind <> all('{message,read_receipt,echo}') then 'kind_is_known'
    when new.priority <> all('{0,1,2}') then 'priority_is_known'
    when jsonb_typeof(new.payload) <> 'object' then 'payload_is_an_object'
    when new.waiting_for <> all('{user,template}') then 'waiting_for_is_known'
    when new.outside_window <> all('{wait,template,cancel}') then 'outside_window_is_known'
    when new.outside_window = 'template' and new.fallback_template is null then 'template_is_given'
    -- The sender becomes a part of the URL that the notifier posts to, with its token.
    when not (new.phone_number_id ~ '^[0-9]+$' and char_length(new.phone_number_id) <= 32) then 'sender_is_digits'
  end;
begin
  if v_broken is not null then
    raise exception using
      errcode = 'check_violation',
      message = format('new row for relation "notifications" violates check "notifications_%s"', v_broken),
      hint = 'The comments of the columns say what they take.',
      schema = 'public',
      table = 'notifications',
      constraint = 'notifications_' || v_broken;
  end if;
  return new;
end
$$;

comment on function wa.check_notification is
'Refuses a notification that makes no sense by what neither a claim nor a result changes, as a check of the table would: not a check, since those are read anew in every statement that updates it.';

-- Comes after those that change what is written.
create or replace trigger notifications_sound
before insert or update of
user_id, recipient, phone_number_id, kind, payload, priority, waiting_for, outside_window, fallback_template, dedupe_key
on public.notifications
for each row execute function wa.check_notification();

comment on trigger notifications_sound on public.notifications is
'What was a check of the table, of columns that a claim or a result does not change.';
