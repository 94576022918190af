-- A small table, read whole in a moment.
-- squawk-ignore ban-drop-constraint
alter table wa.flow_entries drop constraint flow_entries_kind_is_known;
alter table wa.flow_entries
-- squawk-ignore constraint-missing-not-valid
add constraint flow_entries_kind_is_known check (
  kind in ('keyword', 'reply', 'reply_prefix', 'deep_link', 'message_kind')
);

comment on column wa.flow_entries.value is
'A keyword in lower case without accents, a reply id, the beginning of reply ids such as basket.detail. (the rest is handed to the step as data.target), the prefix of a deep link such as JB: (what follows it is handed to the step as data.link), or a kind of message that begins a conversation at home, such as image, or text for what nothing else understands; behind an at sign the business number, where it counts for that one alone.';
