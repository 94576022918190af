create or replace function wa.list_menu(p_locale text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_agg(
      jsonb_build_object(
        'id', item.reply_id,
        'title', coalesce(title.body, wa.get_fallback_text(item.title_key, p_locale)),
        'description', case
          when item.description_key is not null
            then coalesce(description.body, wa.get_fallback_text(item.description_key, p_locale))
        end
      )
      -- Of one position: flow by flow, as each declares them.
      order by item.position, declared.flow, declared.place, item.reply_id
    )
    from wa.menu_items as item
    left join (
      select flow.flow, row.place, row.body ->> 'reply_id' as reply_id
      from wa.flows as flow
      cross join lateral jsonb_array_elements(flow.declared -> 'menu') with ordinality as row (body, place)
    ) as declared on declared.reply_id = item.reply_id
    left join wa.texts as title on title.key = item.title_key and title.locale = p_locale
    left join wa.texts as description on description.key = item.description_key and description.locale = p_locale
  );
end
$$;

comment on function wa.list_menu is
'The rows of the home menu in one language, for wa.build_list.';

-- What an earlier version of this function rendered.
delete from wa.rendered_menus;
