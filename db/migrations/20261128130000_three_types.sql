-- Later migrations write rows of these tables, and what their triggers call goes first. The triggers come again with the
-- routines.
drop trigger if exists texts_forget_menus on wa.texts;
drop trigger if exists menu_items_forget_menus on wa.menu_items;
drop trigger if exists settings_forget_menus on wa.settings;

-- A message, the chat it is part of, and what a step decides: no other shape goes from routine to routine.
create type wa.message as (
  wa_message_id text,
  waba_id text,
  phone_number_id text,
  message_type text,
  status text,
  opens_window boolean,
  sent_at timestamptz,
  sequence bigint,
  phone text,
  bsuid text,
  parent_bsuid text,
  display_name text,
  body text,
  reply_id text,
  content jsonb,
  contact jsonb,
  user_id uuid
);

comment on type wa.message is
'One message out of a webhook: Meta''s ids, type and time, the status that wa_events will give it, whether it opens the 24-hour window, its place in the payload, the sender''s number (with a plus sign), BSUID, parent BSUID and name, the text typed or tapped, the id tapped, Meta''s message and contact objects, and the sender''s profile once it is known.';

create type wa.chat as (
  user_id uuid,
  recipient text,
  display_name text,
  locale text,
  phone_number_id text,
  state text,
  data jsonb,
  expires_at timestamptz,
  is_entered boolean,
  message wa.message,
  replies jsonb,
  answered_at timestamptz
);

comment on type wa.chat is
'A conversation while it is moved on, and the one argument of a step: whose it is, how to reach that user, the user''s name and language; the business number; the state, what the chat remembers, and until when; whether the state is being entered rather than answered; the message that was said; the replies to it, in order, and the moment that orders them.';

comment on column wa.flow_states.step_function is 'A function of schema wa that takes a wa.chat and returns a wa.step_result.';

-- Routines stand on the types that go. Their files of today come in the same transaction, since what callers stand on
-- is taken away; anything else that uses these types is somebody's own, and stops here.
do $$
declare
  v_routine regprocedure;
begin
  for v_routine in
    select distinct routine.oid::regprocedure
    from pg_catalog.pg_type as type
    inner join pg_catalog.pg_depend as dependence
      on dependence.refclassid = 'pg_catalog.pg_type'::regclass
      and dependence.refobjid in (type.oid, type.typarray)
      and dependence.classid = 'pg_catalog.pg_proc'::regclass
    inner join pg_catalog.pg_proc as routine on routine.oid = dependence.objid
    where type.oid in (
      'wa.received_message'::regtype, 'wa.inbound_message'::regtype, 'wa.chat_outcome'::regtype
    )
      and routine.pronamespace = 'wa'::regnamespace
  loop
    execute pg_catalog.format('drop function %s', v_routine);
  end loop;
end
$$;

-- squawk-ignore ban-drop-type
drop type wa.received_message, wa.inbound_message, wa.chat_outcome;
