-- Each message that moved a chat locked the row of the new state, one row for everybody, and an index to go with
-- the constraint would make every such update write two indexes. The engine stores only states it has read from
-- the registry, and a trigger on the registry refuses to remove a state that somebody is in.
-- squawk-ignore ban-drop-constraint
alter table public.chat_state drop constraint chat_state_state_fkey;
