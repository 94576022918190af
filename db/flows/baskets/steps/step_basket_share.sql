create or replace function wa.step_basket_share(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_basket constant jsonb := wa.find_basket_detail(p_chat);
  v_data constant jsonb := jsonb_build_object('basket_id', v_basket ->> 'id');
  v_navigation constant jsonb := wa.build_choices(p_chat, '{back,menu}');
  v_link text;
  v_values jsonb;
begin
  if v_basket is null then
    return wa.go(p_chat, 'list', null, 'gone');
  end if;

  if not p_chat.is_entered then
    return wa.stay(wa.build_buttons(wa.say(p_chat, 'not_understood'), v_navigation), v_data);
  end if;

  begin
    select link.qr_url into v_link
    from public.basket_generate_qr(p_chat.user_id, (v_basket ->> 'id')::uuid) as link;
  exception
    when sqlstate 'WA021' or sqlstate 'WA024' then
      return wa.go(p_chat, 'detail', v_data, wa.find_basket_refusal(sqlstate));
  end;

  v_values := v_basket || jsonb_build_object('link', v_link);

  return wa.stay(
    jsonb_build_array(
      wa.build_text(wa.say(p_chat, 'share_text', v_values)),
      wa.build_qr_image(v_link, wa.say(p_chat, 'share_caption', v_values)),
      wa.build_buttons(wa.say(p_chat, 'share_forward'), v_navigation)
    ),
    v_data
  );
end
$$;

comment on function wa.step_basket_share is
'Sends a basket''s link as a text and as a QR code, for the user to forward.';
