create or replace function wa.leave_out_erased(p_messages wa.message[])
returns wa.message[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Most of the time nobody was erased lately.
  if not exists (select from wa.erased_digests) then
    return p_messages;
  end if;

  return (
    select array_agg(message::wa.message order by message.sequence)
    from unnest(p_messages) as message
    where not exists (
      select from wa.erased_digests as erased
      where erased.digest = sha256(convert_to(message.wa_message_id, 'UTF8'))
    )
  );
end
$$;

comment on function wa.leave_out_erased is
'The messages but those of people who were erased, which Meta delivers again: they bring nothing back.';
