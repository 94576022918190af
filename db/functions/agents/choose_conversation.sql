create or replace function wa.choose_conversation(p_user_id uuid, p_phone_number_id text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_phone_number_id is not null
    and not exists (select from wa.numbers as number where number.phone_number_id = p_phone_number_id)
    and not exists (
      select from wa.service_windows as service
      where service.user_id = p_user_id and service.phone_number_id = p_phone_number_id
    )
  then
    raise exception using
      errcode = 'WA045',
      message = format('%s is not one of our business numbers', p_phone_number_id),
      hint = 'List them: select phone_number_id, display_number from wa.numbers; leave it out for the number that the user last wrote to.';
  end if;

  return coalesce(
    p_phone_number_id,
    (
      select chat.phone_number_id
      from public.chat_state as chat
      where chat.user_id = p_user_id and chat.handed_over_until > now()
      order by chat.waiting_since nulls last, chat.handed_over_at desc
      limit 1
    ),
    (
      select service.phone_number_id
      from wa.service_windows as service
      where service.user_id = p_user_id
      order by service.last_inbound_at desc, service.phone_number_id
      limit 1
    ),
    wa.choose_number(p_user_id),
    ''
  );
end
$$;

comment on function wa.choose_conversation is
'The business number whose conversation with a user is meant: the one that is named; else the one where a person has it, first where the user waits; else the one that the user last wrote to. Empty where no number is known. Raises WA045 for a number that is not ours.';
