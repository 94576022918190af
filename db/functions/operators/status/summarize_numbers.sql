create or replace function wa.summarize_numbers()
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object(
    'are_told_apart', exists (select from wa.numbers),
    'known', (
      select coalesce(jsonb_agg(number.phone_number_id order by number.added_at, number.phone_number_id), '[]')
      from wa.numbers as number
      where number.retired_at is null
    ),
    'foreign', (
      select coalesce(jsonb_agg(to_jsonb(foreign_number) order by foreign_number.phone_number_id), '[]')
      from (
        select recent.phone_number_id, count(*) as messages, max(recent.received_at) as last_at
        from (
          select event.phone_number_id, event.received_at
          from public.wa_events as event
          where event.status = 'ignored'
            and event.payload is not null
            and event.received_at > now() - interval '1 day'
          order by event.received_at desc
          limit 10000
        ) as recent
        where not exists (
          select from wa.numbers as number
          where number.phone_number_id = recent.phone_number_id and number.retired_at is null
        )
        group by recent.phone_number_id
        order by last_at desc
        limit 20
      ) as foreign_number
    ),
    'held', (
      select coalesce(jsonb_agg(sending.phone_number_id order by sending.phone_number_id), '[]')
      from wa.list_sending_numbers() as sending (phone_number_id)
      where exists (select from wa.numbers)
        and not exists (
          select from wa.numbers as number
          where number.retired_at is null and sending.phone_number_id in ('', number.phone_number_id)
        )
    )
  );
end
$$;

comment on function wa.summarize_numbers is
'Our business numbers by id, and whether any was ever entered, before which each is ours (are_told_apart); those that are not ours for which messages came in the last day (of the newest 10,000), with their count and the last one''s time; and those from which something is queued that is held, since they are not ours.';
