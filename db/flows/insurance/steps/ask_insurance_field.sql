create or replace function wa.ask_insurance_field(
  p_chat wa.chat, p_document text, p_field text, p_is_typed boolean default false, p_again text default null
)
returns wa.step_result
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_about constant text := p_document || '.' || p_field;
  v_picture constant text := 'picture:' || v_about || '=new_picture';
  v_field public.insurance_fields;
  v_question text;
begin
  select field.* into v_field
  from public.insurance_fields as field
  where field.case_id = (wa.find_insurance_case(p_chat.user_id)).id
    and field.document = p_document
    and field.field = p_field;

  v_question := concat_ws(
    e'\n\n',
    case when v_field.note is not null then wa.say(p_chat, 'note', jsonb_build_object('note', v_field.note)) end,
    wa.say(
      p_chat,
      case when p_is_typed or v_field.value is null then 'type_field' else 'confirm_field' end,
      jsonb_build_object(
        'document', wa.say(p_chat, 'name_' || p_document),
        'field', wa.say(p_chat, 'field_' || p_field),
        'value', wa.say_insurance_value(p_chat, p_field, v_field.value)
      )
    )
  );

  return wa.stay(
    wa.build_buttons(
      wa.ask_again(p_chat, v_question, p_again),
      wa.build_choices(
        p_chat,
        case
          when p_is_typed or v_field.value is null then array[v_picture]
          else array['yes:' || v_about || '=answer.yes', 'no:' || v_about || '=answer.no', v_picture]
        end
      )
    ),
    jsonb_build_object('document', p_document, 'field', p_field, 'is_typed', p_is_typed)
  );
end
$$;

comment on function wa.ask_insurance_field is
'Asks whether a field is what was read, or, where nothing was or p_is_typed, for the field itself; with what staff found wrong. p_again is the text to begin with when the answer was none.';
