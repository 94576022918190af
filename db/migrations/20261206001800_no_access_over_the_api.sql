-- Supabase gives its API's roles every right on a new table of public.
do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'anon') then
    revoke all on table
    public.profiles, public.chat_state, public.wa_events, public.webhook_logs, public.notifications,
    public.baskets, public.basket_members, public.basket_contributions
    from anon;
    revoke all on sequence public.notifications_id_seq from anon;
  end if;
  if exists (select from pg_catalog.pg_roles where rolname = 'authenticated') then
    revoke all on table
    public.profiles, public.chat_state, public.wa_events, public.webhook_logs, public.notifications,
    public.baskets, public.basket_members, public.basket_contributions
    from authenticated;
    revoke all on sequence public.notifications_id_seq from authenticated;
  end if;
end
$$;
