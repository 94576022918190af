-- A chat goes on with the number that its user last wrote to, else with the one that anybody last wrote to. Where
-- retention has left no message that names one, it is nobody's: the user's next message begins at home.
alter table public.chat_state add column phone_number_id text not null default '';

with latest as materialized (
  select distinct on (event.user_id)
    event.user_id,
    event.phone_number_id
  from public.wa_events as event
  where event.user_id is not null and event.phone_number_id is not null
  order by event.user_id asc, event.sent_at desc nulls last, event.received_at desc
),

latest_of_all as materialized (
  select event.phone_number_id
  from public.wa_events as event
  where event.phone_number_id is not null
  order by event.received_at desc
  limit 1
),

placed as materialized (
  select
    profile.user_id,
    profile.last_inbound_at,
    coalesce(latest.phone_number_id, latest_of_all.phone_number_id, '') as phone_number_id
  from public.profiles as profile
  left join latest on profile.user_id = latest.user_id
  left join latest_of_all on true
),

moved as (
  update public.chat_state as chat
  set phone_number_id = placed.phone_number_id
  from placed
  where chat.user_id = placed.user_id
)

insert into wa.service_windows (user_id, phone_number_id, last_inbound_at)
select
  placed.user_id,
  placed.phone_number_id,
  placed.last_inbound_at
from placed
where placed.last_inbound_at is not null;

alter table public.chat_state
-- squawk-ignore ban-drop-constraint
drop constraint chat_state_pkey,
-- squawk-ignore constraint-missing-not-valid, adding-serial-primary-key-field
add constraint chat_state_pkey primary key (user_id, phone_number_id);

comment on table public.chat_state is
'Where each chat stands, one of a user with a business number. No row means the home state: deleting a user''s rows resets the user.';
comment on column public.chat_state.phone_number_id is 'The business number that the user writes to. Empty for what names none.';

-- It moved into wa.service_windows.
alter table public.profiles
-- squawk-ignore ban-drop-constraint
drop constraint profiles_erased_holds_nothing_personal,
add constraint profiles_erased_holds_nothing_personal check (
  erased_at is null
  or (
    whatsapp_e164 is null and wa_user_id is null and display_name is null and metadata = '{}'
    and opted_out_at is null
    and display_name_at is null and locale_at is null and consent_at is null and phone_at is null
  )
) not valid,
-- squawk-ignore ban-drop-column
drop column last_inbound_at;

-- squawk-ignore prefer-robust-stmts
alter type wa.message add attribute home_state text;

comment on type wa.message is
'One message out of a webhook: Meta''s ids, type and time, the status that wa_events will give it, whether it opens the 24-hour window, its place in the payload, the sender''s number (with a plus sign), BSUID, parent BSUID and name, the text typed or tapped, the id tapped, Meta''s message and contact objects, the sender''s profile once it is known, and the state in which chats with the business number begin (null: home).';
