-- Private routines: nobody but the routines that replace them called these.
-- squawk-ignore-file ban-drop-function
drop function if exists wa.queue_replies(public.profiles, text, text, jsonb);
drop function if exists wa.save_chat(uuid, wa.flow_states, jsonb);
drop function if exists wa.advance_chat(public.profiles, wa.inbound_message);
drop function if exists wa.get_chat(uuid);
drop function if exists wa.handle_message(wa.received_message);
drop function if exists wa.try_message(wa.received_message);
drop function if exists wa.assign_profiles(wa.received_message[], uuid[]);
drop function if exists wa.settle_senders(wa.received_message[]);
drop function if exists wa.list_identities(wa.received_message[]);
drop function if exists wa.may_write(text, text);
