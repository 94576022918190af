-- What waits for its sender to be told is kept like what could not be read.
alter table wa.kept_payloads
-- squawk-ignore ban-drop-constraint
drop constraint kept_payloads_reason_is_known,
add constraint kept_payloads_reason_is_known check (
  reason in ('not_json', 'not_envelope', 'dispatch_error', 'text_replaced', 'unknown_sender')
) not valid;

comment on table wa.kept_payloads is
'Signed payloads that could not be processed as they were, until an operator replays them: byte for byte, or of a larger payload the one message whose sender cannot be told.';
comment on column wa.kept_payloads.reason is
'not_json, not_envelope: unreadable. dispatch_error: processing raised. unknown_sender: a message of whom neither number nor BSUID is known. text_replaced: processed, but with characters that Postgres cannot store replaced.';
