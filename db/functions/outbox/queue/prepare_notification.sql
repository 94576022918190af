create or replace function wa.prepare_notification()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- Rows come with it off when pg_restore fills tables that an extension made, and the owner of this is no table's.
set row_security = on
as $$
declare
  v_delivery jsonb;
begin
  if new.phone_number_id is null and tg_op = 'INSERT' and new.kind <> 'echo' then
    if new.payload #>> '{delivery,phone_number_id}' is null then
      new.phone_number_id := wa.choose_number(new.user_id);
    end if;
  end if;

  -- Most are a plain text, which is told with one look, or a menu, which was checked when it was rendered and is told by
  -- its bytes: to compare its parts takes longer.
  if new.kind = 'message' and new.fallback_template is null then
    if new.payload ->> 'type' = 'text' then
      if char_length(new.payload #>> '{text,body}') between 1 and 4096
        and new.payload #>> '{text,body}' ~ e'\\S'
        and not new.payload ?| '{delivery,to,recipient,biz_opaque_callback_data}'
      then
        return new;
      end if;
    else
      perform
      from wa.rendered_menus as menu
      where row(menu.payload)::record *= row(new.payload)::record;

      if found then
        return new;
      end if;
    end if;
  end if;

  -- It was sent already, in the app.
  if new.kind = 'echo' then
    return new;
  end if;

  if new.kind = 'read_receipt' then
    if coalesce(new.payload ->> 'message_id', '') = '' then
      raise exception using
        errcode = 'WA011',
        message = 'a read receipt names the message_id that was read',
        hint = 'Queue {"status": "read", "message_id": "wamid..."}.';
    end if;
    return new;
  end if;

  v_delivery := new.payload -> 'delivery';

  if v_delivery is not null then
    if jsonb_typeof(v_delivery) <> 'object'
      or v_delivery - '{expires_at,expires_in_seconds,outside_window,phone_number_id,template,to_opted_out}'::text[] <> '{}'
    then
      raise exception using
        errcode = 'WA011',
        message = 'payload.delivery holds something unknown',
        hint = 'It takes expires_at, expires_in_seconds, outside_window, phone_number_id, template and to_opted_out.';
    end if;

    if v_delivery ? 'phone_number_id' then
      new.phone_number_id := v_delivery ->> 'phone_number_id';

      perform
      from wa.numbers as number
      where number.phone_number_id = new.phone_number_id and number.retired_at is null;

      if not found then
        raise exception using
          errcode = 'WA045',
          message = format('%s is not one of our business numbers', coalesce(new.phone_number_id, 'null')),
          hint = 'List them: select phone_number_id, display_number, retired_at from wa.numbers; add one: wa-webhook numbers add <id>.';
      end if;
    end if;
    new.payload := new.payload - 'delivery';
    new.expires_at := coalesce(
      (v_delivery ->> 'expires_at')::timestamptz,
      new.send_at + make_interval(secs => (v_delivery ->> 'expires_in_seconds')::double precision),
      new.expires_at
    );
    new.fallback_template := coalesce(v_delivery -> 'template', new.fallback_template);
    new.outside_window := coalesce(
      v_delivery ->> 'outside_window',
      case when v_delivery ? 'template' then 'template' end,
      new.outside_window
    );
    new.to_opted_out := coalesce((v_delivery ->> 'to_opted_out')::boolean, new.to_opted_out);
  end if;

  if not wa.is_sound_list(new.payload) then
    perform wa.check_payload(new.payload);
  end if;

  if new.fallback_template is not null then
    if new.fallback_template ->> 'type' is distinct from 'template' then
      raise exception using
        errcode = 'WA011',
        message = 'only a template can be sent outside the 24-hour window',
        hint = 'delivery.template is the body of a template message: {"type": "template", "template": {...}}.';
    end if;
    perform wa.check_payload(new.fallback_template);
  end if;
  return new;
end
$$;

alter function wa.prepare_notification owner to wa_runtime;

comment on function wa.prepare_notification is
'Nothing that Meta would refuse is queued, whoever inserts it. payload.delivery sets how it is delivered: phone_number_id, expires_at or expires_in_seconds, outside_window (wait, template, cancel), template, to_opted_out. What names no number gets one, by wa.choose_number.';

create or replace trigger notifications_prepare
before insert or update of payload, fallback_template on public.notifications
for each row execute function wa.prepare_notification();

comment on trigger notifications_prepare on public.notifications is
'Checks the payload and takes its delivery options.';
