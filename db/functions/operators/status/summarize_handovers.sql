create or replace function wa.summarize_handovers()
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_build_object(
      'conversations', count(*),
      'waiting', count(held.waiting_since),
      'longest_wait_seconds', coalesce(round(max(wa.seconds_since(held.waiting_since))), 0),
      'most_wait_seconds', wa.get_setting('handover_wait_seconds')
    )
    from (
      select chat.waiting_since
      from public.chat_state as chat
      where chat.handed_over_until > now()
      order by chat.handed_over_until
      limit 10000
    ) as held
  );
end
$$;

comment on function wa.summarize_handovers is
'The conversations that people have, or are to take: how many (10,000 at most), in how many the user waits for an answer, for how many seconds the one who has waited longest, and the setting handover_wait_seconds.';
