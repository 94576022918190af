-- Private routines, merged into the routines that called them.
-- squawk-ignore-file ban-drop-function
drop function if exists wa.note_inbound(wa.received_message[]);
drop function if exists wa.lock_senders(wa.received_message[]);
drop function if exists wa.save_chats(wa.chat_outcome[]);
drop function if exists wa.queue_replies(wa.chat_outcome[]);
-- It now returns events.
drop function if exists wa.advance_chats(wa.received_message[]);
