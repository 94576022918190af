create or replace function wa.settle_senders(p_messages wa.received_message[])
returns wa.received_message[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_message wa.received_message;
  v_settled wa.received_message[];
begin
  foreach v_message in array coalesce(p_messages, '{}') loop
    if v_message.disposition <> 'invalid_sender' then
      v_message.user_id := wa.settle_identity(
        v_message.phone, v_message.bsuid, v_message.parent_bsuid, v_message.display_name
      );
    end if;

    v_settled := v_settled || v_message;
  end loop;

  return v_settled;
end
$$;

comment on function wa.settle_senders(wa.received_message[]) is
'Finds, creates or merges the profile of each message''s sender, one after the other. The caller holds the locks.';

revoke all on function wa.settle_senders(wa.received_message[]) from public;
grant execute on function wa.settle_senders(wa.received_message[]) to wa_runtime;
