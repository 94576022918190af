create or replace function wa.step_basket_share(
  p_profile public.profiles,
  p_data jsonb,
  p_message wa.inbound_message
)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_basket jsonb := wa.find_basket_detail(p_profile.user_id, p_data);
  v_locale text := p_profile.locale;
  v_link text;
begin
  if v_basket is null then
    return wa.answer_basket_gone(p_profile.locale);
  end if;

  if p_message.is_entry then
    begin
      select link.qr_url into v_link
      from public.basket_generate_qr(p_profile.user_id, (v_basket ->> 'id')::uuid) as link;
    exception
      when sqlstate 'WA021' or sqlstate 'WA024' then
        return (
          'basket_detail',
          jsonb_build_object('basket_id', v_basket ->> 'id'),
          jsonb_build_array(wa.build_text(wa.describe_basket_refusal(sqlstate, v_locale)))
        )::wa.step_result;
    end;
  end if;

  return (
    null,
    jsonb_build_object('basket_id', v_basket ->> 'id'),
    case
      when v_link is null then '[]'::jsonb
      else jsonb_build_array(
        wa.build_text(
          wa.get_text('basket.share_text', v_locale, jsonb_build_object('name', v_basket ->> 'name', 'link', v_link))
        ),
        wa.build_qr_image(
          v_link, wa.get_text('basket.share_caption', v_locale, jsonb_build_object('name', v_basket ->> 'name'))
        )
      )
    end || wa.build_buttons(
      wa.get_text(
        case when p_message.is_entry then 'basket.share_forward' else 'basket.not_understood' end, v_locale
      ),
      jsonb_build_array(
        wa.build_choice('back', wa.get_text('basket.back', v_locale)),
        wa.build_choice('menu', wa.get_text('home.open_menu', v_locale))
      )
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_basket_share is
'Sends a basket''s link as a text and as a QR code, for the user to forward.';
