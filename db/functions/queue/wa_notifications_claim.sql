create or replace function public.wa_notifications_claim(
  worker text,
  batch integer default 10,
  lease interval default interval '60 seconds'
)
returns table (
  id bigint,
  lock_token uuid,
  phone_number_id text,
  request jsonb,
  upload jsonb,
  retry_count integer
)
language plpgsql
volatile
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_number text;
  v_allowed integer;
  v_claimed integer;
  v_is_first boolean := true;
  v_left integer := batch;
begin
  if coalesce(worker, '') = '' or coalesce(batch, 0) not between 1 and 1000 or not lease > interval '0' then
    raise exception using
      errcode = 'WA013',
      message = 'a claim names its worker, a batch of 1 to 1000, and a lease longer than nothing',
      hint = 'For example: select * from wa_notifications_claim(''worker-1'', 10, ''60 seconds'').';
  end if;

  if not exists (select from wa.queue_state as state where state.paused_until > clock_timestamp()) then
    for v_number in select * from wa.list_sending_numbers() loop
      -- Whoever holds one number does not wait for the next: two claims could wait for each other.
      v_allowed := least(v_left, wa.open_number(v_number, v_is_first));
      v_is_first := false;

      return query
      select claimed.*
      from wa.claim_from_number(v_number, worker, v_allowed, lease) as claimed;

      get diagnostics v_claimed = row_count;
      perform wa.charge_number(v_number, v_claimed);
      v_left := v_left - v_claimed;
      exit when v_left <= 0;
    end loop;
  end if;

  -- A worker whose batch is not full may fall asleep; from now on producers wake it.
  update wa.queue_state
  set notifier_waits = (v_left > 0)
  where queue_state.ctid = any(
    array(
      select state.ctid
      from wa.queue_state as state
      where state.notifier_waits <> (v_left > 0)
      for update skip locked
    )
  );
end
$$;

grant create on schema public to wa_runtime;
alter function public.wa_notifications_claim(text, integer, interval) owner to wa_runtime;
revoke create on schema public from wa_runtime;

comment on function public.wa_notifications_claim(text, integer, interval) is
'Hands a worker up to batch due notifications for as long as the lease: oldest first, one at a time for each user, within the pace of each business number. Every row is settled with its lock_token by wa_notifications_settle. request is the whole Graph API body; upload, when not null, names media to upload first and to put in as id.';

revoke all on function public.wa_notifications_claim(text, integer, interval) from public;
grant execute on function public.wa_notifications_claim(text, integer, interval) to wa_notifier_role;
