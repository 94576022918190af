create or replace function wa.tell_of_failure(p_message wa.message)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_profile constant public.profiles := wa.get_profile(p_message.user_id);
begin
  if v_profile.opted_out_at is not null or p_message.status = 'unanswered' then
    return;
  end if;

  insert into public.notifications (user_id, recipient, phone_number_id, payload, dedupe_key, expires_at)
  values (
    v_profile.user_id,
    coalesce(v_profile.whatsapp_e164, v_profile.wa_user_id),
    p_message.phone_number_id,
    wa.build_text(wa.get_text('error.failed', v_profile.locale)),
    'failed:' || p_message.wa_message_id,
    clock_timestamp() + make_interval(secs => wa.get_setting('reply_ttl_seconds')::double precision)
  )
  on conflict (dedupe_key) do nothing;

  if found then
    perform wa.wake_notifier();
    perform wa.count_answer(v_profile.user_id, p_message.phone_number_id);
  end if;
exception
  when assert_failure or others then
    -- The failed message is kept in any case; a missing text must not cost the messages beside it.
    if wa.is_worth_retrying(sqlstate) then
      raise;
    end if;
    perform wa.emit_event('FAILURE_NOT_TOLD', jsonb_build_object('sqlstate', sqlstate), 'error');
end
$$;

comment on function wa.tell_of_failure is
'Queues a word to the sender that something went wrong: once for a message, however often it is replayed.';
