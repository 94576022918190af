create or replace function wa.take_back_ride_news(p_match_id uuid)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select coalesce(bool_or(news.is_question and news.is_taken_back), false)
    from (
      select
        notification.dedupe_key like '%:asked:%' as is_question,
        public.wa_notification_cancel(notification.id) as is_taken_back
      from public.notifications as notification
      where notification.status = 'queued'
        and notification.dedupe_key in (
          format('ride:%s:asked:driver', p_match_id),
          format('ride:%s:asked:passenger', p_match_id),
          format('ride:%s:reminder:driver', p_match_id),
          format('ride:%s:reminder:passenger', p_match_id)
        )
      order by notification.id
    ) as news
  );
end
$$;

comment on function wa.take_back_ride_news is
'Cancels what about a match has not been sent yet and would be wrong now: the question and the reminders. Returns whether the question was among it.';
