create or replace function wa.build_choices(p_chat wa.chat, p_choices text[])
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_agg(wa.build_choice(choice.reply_id, wa.get_text(choice.title_key, p_chat.locale)))
    from wa.read_choices(p_chat, p_choices) as choice
  );
end
$$;

comment on function wa.build_choices is
'Buttons of wa.build_buttons or rows of wa.build_list, of the choices that wa.read_choices reads, in their order.';
