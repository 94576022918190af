create or replace function wa.refuse_agent(p_place public.chat_state)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'WA070',
    message = format('%s has this conversation', p_place.handed_over_to),
    detail = format('Since %s.', p_place.handed_over_at),
    hint = 'Leave it to them, or take it from them: select public.wa_handover(<who>, agent => <you>, take_over => true).';
end
$$;

comment on function wa.refuse_agent is
'Raises WA070: somebody else has the conversation.';
