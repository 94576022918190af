create or replace function wa.relay_market_text(p_talk wa.market_talks, p_sender_id uuid, p_text text)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- By then an answer is of no use any more.
  c_useful_seconds constant integer := 604800;
  v_to_seller constant boolean := p_talk.seller_id <> p_sender_id;
  v_reader_id constant uuid := case when v_to_seller then p_talk.seller_id else p_talk.buyer_id end;
  v_text constant text := wa.clean_market_text(p_text, 700);
  v_template constant text := nullif(wa.get_setting('market_template') #>> '{}', '');
  v_reader public.profiles;
  v_values jsonb;
  v_message jsonb;
begin
  select profile.* into v_reader
  from public.profiles as profile
  where profile.user_id = v_reader_id;

  if p_talk.ended_at is not null or v_reader.opted_out_at is not null or exists (
    select from wa.recipient_blocks as block
    where block.user_id = v_reader_id and block.template_name = '' and block.ends_at > now()
  ) then
    raise exception using
      errcode = 'WA085',
      message = 'the other person cannot be reached',
      detail = format('The talk is %s.', p_talk.talk_id),
      hint = 'One of the two ended the talk, or the other one wants no messages from this number. Nothing was sent.';
  end if;

  select
    jsonb_build_object(
      'title', offer.title,
      'text', v_text,
      'number', (
        select count(*) from wa.market_talks as earlier
        where earlier.offer_id = p_talk.offer_id
          and (earlier.opened_at, earlier.talk_id) <= (p_talk.opened_at, p_talk.talk_id)
      )
    )
  into v_values
  from wa.market_offers as offer
  where offer.offer_id = p_talk.offer_id;

  v_message := wa.build_buttons(
    wa.get_text(
      case when v_to_seller then 'market.told_seller' else 'market.told_buyer' end, v_reader.locale, v_values
    ),
    jsonb_build_array(
      wa.build_choice('market.reply.' || p_talk.talk_id, wa.get_text('market.reply_button', v_reader.locale)),
      wa.build_choice('market.stop.' || p_talk.talk_id, wa.get_text('market.stop_button', v_reader.locale))
    )
  );

  insert into wa.market_lines (talk_id, sender_id, notification_id)
  values (
    p_talk.talk_id,
    p_sender_id,
    public.wa_notify(
      coalesce(v_reader.whatsapp_e164, v_reader.wa_user_id),
      v_message || jsonb_build_object(
        'delivery', jsonb_build_object('expires_in_seconds', c_useful_seconds) || case
          when v_template is null then '{"outside_window": "wait"}'
          else jsonb_build_object('template', wa.build_market_template(v_template, v_reader.locale, p_talk.talk_id, v_values))
        end
      )
    )
  );

  return v_template is null and not exists (
    select from wa.service_windows as service
    where service.user_id = v_reader_id
      and service.last_inbound_at > now() - interval '24 hours'
      + make_interval(secs => wa.get_setting('service_window_margin_seconds')::double precision)
  );
end
$$;

comment on function wa.relay_market_text is
'Queues what one of the two in a talk writes for the other, and says whether it waits until the other one writes to the bot, since the 24-hour window is closed. The caller holds the talk. Raises WA083 for the text, WA085 where the other one cannot be reached.';
