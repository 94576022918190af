-- squawk-ignore-file require-concurrent-index-creation
-- A migration is one transaction, and in one no index is built concurrently. Where wa_events or profiles hold
-- millions of rows, run their two statements by hand first, with "concurrently": here they then find nothing to do.
create index if not exists wa_events_user_id_idx on public.wa_events (user_id, received_at);
create index if not exists profiles_locale_idx on public.profiles (locale);
create index if not exists basket_contributions_currency_idx on public.basket_contributions (basket_id, currency);
create unique index if not exists basket_contributions_previous_key
on public.basket_contributions (basket_id, previous_entry_number, balance_before_minor);
create index if not exists flow_states_back_to_idx on wa.flow_states (back_to);
create index if not exists flow_transitions_to_state_idx on wa.flow_transitions (to_state);
create index if not exists flow_entries_to_state_idx on wa.flow_entries (to_state);
create index if not exists flow_entries_locale_idx on wa.flow_entries (locale);
create index if not exists menu_items_entry_idx on wa.menu_items (entry_kind, reply_id);
create index if not exists texts_locale_idx on wa.texts (locale);

comment on index public.wa_events_user_id_idx is 'What one person sent, in order.';
comment on index public.profiles_locale_idx is 'Who reads a language, before it is removed.';
comment on index public.basket_contributions_currency_idx is 'Whether a basket''s currency may still change.';
comment on index public.basket_contributions_previous_key is 'The ledger does not fork: one entry continues another.';
comment on index wa.flow_states_back_to_idx is 'Which states lead back to a state, before it is removed.';
comment on index wa.flow_transitions_to_state_idx is 'Which states lead to a state, before it is removed.';
comment on index wa.flow_entries_to_state_idx is 'Which entry points lead to a state, before it is removed.';
comment on index wa.flow_entries_locale_idx is 'Which entry points choose a language, before it is removed.';
comment on index wa.menu_items_entry_idx is 'Which menu item shows an entry point, before it is removed.';
comment on index wa.texts_locale_idx is 'The texts of a language.';
