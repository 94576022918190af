create or replace function wa.get_menu(p_body_key text, p_locale text, p_page integer)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_kept boolean := false;
  v_payload jsonb;
  v_replies jsonb;
begin
  if p_page = 1 then
    select menu.replies into v_replies
    from wa.rendered_menus as menu
    where menu.body_key = p_body_key and menu.locale = p_locale;

    if found then
      return v_replies;
    end if;

    -- Not while somebody changes what a menu is made of; and only what is read now is sure to be of today.
    v_is_kept := current_setting('transaction_isolation') = 'read committed'
      and pg_try_advisory_xact_lock(hashtextextended('wa.rendered_menus', 0));
  end if;

  v_payload := wa.build_list(
    wa.get_text(p_body_key, p_locale),
    wa.get_text('home.open_menu', p_locale),
    wa.list_menu(p_locale),
    p_page,
    wa.get_text('menu.more', p_locale),
    'menu.page.'
  );

  if v_is_kept then
    -- What is kept here is not checked again when it is queued.
    perform wa.check_payload(v_payload);

    insert into wa.rendered_menus (body_key, locale, payload)
    values (p_body_key, p_locale, v_payload)
    on conflict do nothing;
  end if;
  return jsonb_build_array(v_payload);
end
$$;

comment on function wa.get_menu is
'What a step answers with to show a page of the home menu under one of its texts: an array of one body. The first page is rendered once and kept in wa.rendered_menus.';

-- What an earlier version of this function rendered.
delete from wa.rendered_menus;
