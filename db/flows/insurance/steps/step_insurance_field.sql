create or replace function wa.step_insurance_field(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name constant text := p_chat.data ->> 'field';
  v_about constant text := (p_chat.data ->> 'document') || '.' || v_name;
  v_is_right constant boolean := wa.confirmed(p_chat, v_about);
  v_is_typed constant boolean := coalesce((p_chat.data -> 'is_typed')::boolean, false);
  v_field public.insurance_fields;
  v_given text;
begin
  select field.* into v_field
  from public.insurance_fields as field
  where field.case_id = (wa.find_insurance_case(p_chat.user_id)).id
    and field.case_status <> 'submitted'
    and field.document = p_chat.data ->> 'document'
    and field.field = v_name;

  if v_field.case_id is null then
    return wa.go_on_with_insurance(p_chat);
  elsif p_chat.is_entered then
    return wa.ask_insurance_field(p_chat, v_field.document, v_name, v_is_typed);
  elsif wa.answer(p_chat, array['picture:' || v_about || '=new_picture']) is not null then
    perform wa.reset_insurance_document(v_field.case_id, v_field.document);
    return wa.go_on_with_insurance(p_chat);
  elsif not v_is_right then
    return wa.ask_insurance_field(p_chat, v_field.document, v_name, true);
  end if;

  v_given := case when v_is_right and not v_is_typed then v_field.value else wa.typed(p_chat) end;
  if v_given is not null then
    begin
      perform from public.insurance_confirm_field(p_chat.user_id, v_field.document, v_name, v_given);
      return wa.go_on_with_insurance(p_chat);
    exception
      when sqlstate 'WA103' then
        null;
    end;
  end if;

  return wa.ask_insurance_field(p_chat, v_field.document, v_name, v_is_typed, 'no_' || v_name);
end
$$;
