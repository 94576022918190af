create or replace function wa.step_insurance_insured(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if wa.typed(p_chat) is not null then
    begin
      perform from public.insurance_open_case(p_chat.user_id, wa.typed(p_chat), p_chat.phone_number_id);
      return wa.go_on_with_insurance(p_chat);
    exception
      when sqlstate 'WA101' then
        return wa.go_on_with_insurance(p_chat);
      when sqlstate 'WA102' then
        null;
    end;
  end if;

  return wa.ask(p_chat, 'ask_insured', p_again => 'no_name');
end
$$;
