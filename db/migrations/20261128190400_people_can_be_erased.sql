do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'wa_privacy') then
    create role wa_privacy nologin;
    comment on role wa_privacy is 'Owns what hands out and erases everything about one person.';
  end if;
end
$$;

grant wa_privacy to current_user;
grant usage on schema public, wa to wa_privacy;

alter table public.profiles
add column erased_at timestamptz,
-- squawk-ignore ban-drop-constraint
drop constraint profiles_reachable_or_merged,
add constraint profiles_reachable_or_merged check (
  erased_at is not null
  or (merged_into is null and (whatsapp_e164 is not null or wa_user_id is not null))
  or (merged_into is not null and whatsapp_e164 is null and wa_user_id is null)
) not valid,
add constraint profiles_erased_holds_nothing_personal check (
  erased_at is null
  or (
    whatsapp_e164 is null and wa_user_id is null and display_name is null and metadata = '{}'
    and last_inbound_at is null and opted_out_at is null
  )
) not valid;

comment on column public.profiles.erased_at is
'When everything about the person was erased. The row is left for what refers to it, such as a ledger.';

create table wa.erased_digests (
  digest bytea not null,
  erased_at timestamptz not null default now(),
  constraint erased_digests_pkey primary key (digest),
  constraint erased_digests_digest_is_sha256 check (octet_length(digest) = 32)
);

comment on table wa.erased_digests is
'What Meta may still deliver again of people who were erased: it counts as a duplicate, and brings nothing back.';
comment on column wa.erased_digests.digest is 'SHA-256 of the message id, or of a whole payload that was kept.';

alter table wa.erased_digests enable row level security;
create policy erased_digests_read on wa.erased_digests for select to wa_runtime using (true);
create policy erased_digests_maintenance on wa.erased_digests to wa_maintenance using (true);
create policy erased_digests_privacy on wa.erased_digests to wa_privacy using (true) with check (true);
grant select on wa.erased_digests to wa_runtime;
grant select, delete on wa.erased_digests to wa_maintenance;
grant select, insert, update on wa.erased_digests to wa_privacy;

create policy profiles_privacy on public.profiles to wa_privacy using (true) with check (true);
create policy profile_aliases_privacy on wa.profile_aliases to wa_privacy using (true);
create policy chat_state_privacy on public.chat_state to wa_privacy using (true);
create policy wa_events_privacy on public.wa_events to wa_privacy using (true);
create policy webhook_logs_privacy on public.webhook_logs to wa_privacy using (true);
create policy notifications_privacy on public.notifications to wa_privacy using (true);
create policy kept_payloads_privacy on wa.kept_payloads to wa_privacy using (true) with check (true);
create policy alerts_privacy on wa.alerts to wa_privacy using (true) with check (true);
create policy alert_occurrences_privacy on wa.alert_occurrences to wa_privacy using (true) with check (true);
create policy pair_pace_privacy on wa.pair_pace to wa_privacy using (true);
create policy recipient_blocks_privacy on wa.recipient_blocks to wa_privacy using (true);
create policy marketing_preferences_privacy on wa.marketing_preferences to wa_privacy using (true);

grant select, update on public.profiles to wa_privacy;
grant select (erased_at) on public.profiles to wa_basket_owner;
grant select, delete on wa.profile_aliases, public.chat_state, public.wa_events, public.webhook_logs to wa_privacy;
grant select, delete on public.notifications, wa.pair_pace, wa.recipient_blocks, wa.marketing_preferences to wa_privacy;
grant select, delete, update (body) on wa.kept_payloads to wa_privacy;
grant select, update (detail) on wa.alerts, wa.alert_occurrences to wa_privacy;
