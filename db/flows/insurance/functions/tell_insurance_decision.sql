create or replace function wa.tell_insurance_decision(
  p_case public.insurance_cases, p_reason text, p_wrong jsonb, p_agent text
)
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Not now(): the case is locked, so that the clock orders what is said about it.
  v_now constant timestamptz := clock_timestamp();
  v_template constant text := wa.get_setting('insurance_template') #>> '{}';
  v_profile constant public.profiles := wa.get_profile(p_case.user_id);
  v_text text;
  v_id bigint;
begin
  v_text := wa.get_text(
    case p_case.status
      when 'accepted' then 'insurance.told_accepted'
      when 'declined' then 'insurance.told_declined'
      else 'insurance.told_returned'
    end,
    v_profile.locale,
    jsonb_build_object(
      'case_id', p_case.id,
      'reason', coalesce(p_reason, ''),
      'wrong', (select string_agg('- ' || mistake.value, e'\n' order by mistake.key) from jsonb_each_text(p_wrong) as mistake)
    )
  );

  insert into public.notifications as notification
    (user_id, recipient, phone_number_id, payload, author, send_at, next_attempt_at)
  values (
    p_case.user_id,
    coalesce(v_profile.whatsapp_e164, v_profile.wa_user_id),
    p_case.phone_number_id,
    case
      when p_case.status = 'returned' then wa.build_buttons(
        v_text,
        jsonb_build_array(
          wa.build_choice('insurance.continue', wa.get_text('insurance.correct_it', v_profile.locale))
        )
      )
      else wa.build_text(btrim(v_text))
    end || case
      when v_template = '' then '{}'
      else jsonb_build_object(
        'delivery',
        jsonb_build_object(
          'template',
          jsonb_build_object(
            'type', 'template',
            'template', jsonb_build_object(
              'name', v_template,
              'language', jsonb_build_object('code', v_profile.locale),
              'components', jsonb_build_array(
                jsonb_build_object(
                  'type', 'body',
                  'parameters', jsonb_build_array(jsonb_build_object('type', 'text', 'text', p_case.id::text))
                )
              )
            )
          )
        )
      )
    end,
    'colleague/' || p_agent,
    v_now,
    v_now
  )
  returning notification.id into v_id;

  perform wa.emit_event(
    'NOTIFY_QUEUE',
    jsonb_build_object(
      'id', v_id, 'recipient', wa.mask_recipient(coalesce(v_profile.whatsapp_e164, v_profile.wa_user_id)), 'agent', p_agent
    )
  );
  perform wa.wake_notifier();
  return v_id;
end
$$;

comment on function wa.tell_insurance_decision is
'Queues what the person is told of a decision, in their language and from the number that they wrote to, and returns the notification''s id. Outside the 24-hour window it is the template of the setting insurance_template, or waits for them to write. A case that is returned comes with a button that leads to what is asked again.';
