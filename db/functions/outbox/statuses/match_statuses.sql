create or replace function wa.match_statuses(p_statuses jsonb)
returns table (
  notification_id bigint,
  wa_message_id text,
  status text,
  happened_at timestamptz,
  error jsonb,
  is_of_another_life boolean
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- How many statuses come is not known when the plan is made: comparing each with each row is quick for few only.
set enable_nestloop = off
as $$
#variable_conflict use_column
declare
  v_callback_ids bigint[];
  v_wa_message_ids text[];
begin
  -- Patterns that count, such as {1,18}, would take longer than all the rest.
  select
    array_agg(distinct split_part(status.value ->> 'biz_opaque_callback_data', '.', 1)::bigint) filter (
      where status.value ->> 'biz_opaque_callback_data' ~ e'^[0-9]+\\.[0-9]+\\.[0-9a-f]+$'
        and position('.' in status.value ->> 'biz_opaque_callback_data') <= 19
    ),
    array_agg(distinct status.value ->> 'id')
  into v_callback_ids, v_wa_message_ids
  from jsonb_array_elements(p_statuses) as status;

  return query
  with received as materialized (
    select
      status.value as body,
      status.value ->> 'id' as wa_message_id,
      -- Its recipient is a group, and messages to groups are nobody's.
      coalesce(status.value ->> 'recipient_type' = 'group', false) as is_of_group,
      case
        when status.value ->> 'timestamp' ~ '^[0-9]+$' and char_length(status.value ->> 'timestamp') <= 10
          then to_timestamp((status.value ->> 'timestamp')::double precision)
        else clock_timestamp()
      end as happened_at,
      split_part(status.value ->> 'biz_opaque_callback_data', '.', 1) as callback_id,
      split_part(status.value ->> 'biz_opaque_callback_data', '.', 2) as callback_made_at,
      split_part(status.value ->> 'biz_opaque_callback_data', '.', 3) as callback_life
    from jsonb_array_elements(p_statuses) as status
  ),

  held as materialized (
    select
      notification.id,
      notification.id::text as callback_id,
      ((extract(epoch from notification.created_at) * 1000000)::bigint)::text as made_at,
      notification.wa_message_id,
      notification.phone_number_id,
      notification.user_id,
      notification.recipient,
      notification.status <> 'queued' or notification.last_attempt_at is not null as was_attempted
    from public.notifications as notification
    where notification.id = any(
      v_callback_ids || array(
        select reported.id
        from public.notifications as reported
        where reported.wa_message_id = any(v_wa_message_ids)
      )
    )
    order by notification.id
    for update
  ),

  by_message as materialized (
    select distinct on (held.wa_message_id) held.id, held.wa_message_id, held.user_id
    from held
    where held.wa_message_id is not null
    order by held.wa_message_id, held.id
  ),

  judged as materialized (
    select
      received.*,
      by_callback.id as same_id,
      by_callback.made_at = received.callback_made_at and by_callback.was_attempted as was_sent,
      by_message.id as same_message_id,
      -- Other apps of the account have callback data too, and so do copies of this database: what counts was made
      -- in a life of this one, for this very row, sent from its number, to its user.
      by_callback.made_at = received.callback_made_at
      and received.callback_life in (select life.token from wa.lives as life)
      and coalesce(by_callback.phone_number_id = received.body ->> 'phone_number_id', true)
      and (not received.is_of_group or by_callback.user_id is null)
      and (
        by_callback.recipient in ('+' || (received.body ->> 'recipient_id'), received.body ->> 'recipient_user_id')
        or not wa.is_somebody_else(by_callback.user_id, received.body)
      ) as is_proof
    from received
    left join held as by_callback on by_callback.callback_id = received.callback_id
    left join by_message
      on by_message.wa_message_id = received.wa_message_id
        and (not received.is_of_group or by_message.user_id is null)
  )

  select
    case when judged.is_proof then judged.same_id else judged.same_message_id end,
    judged.wa_message_id,
    judged.body ->> 'status',
    judged.happened_at,
    judged.body #> '{errors,0}',
    case
      when judged.callback_life = (select life.token from wa.lives as life where life.left_at is null)
        then case
          when judged.same_id is not null then not judged.was_sent
          when judged.callback_id ~ '^[0-9]+$' and char_length(judged.callback_id) <= 18
            -- What is older than the newest row may have been purged.
            then judged.callback_id::bigint > (
              select newest.id from public.notifications as newest order by newest.id desc limit 1
            )
        end
    end
  from judged;
end
$$;

comment on function wa.match_statuses is
'Finds and locks, in id order, the notifications that statuses speak of: by our callback data, else by Meta''s message id. is_of_another_life: it carries the token of this life, and this life has sent no such message.';
