create or replace function wa.build_list(
  p_body text,
  p_button text,
  p_rows jsonb,
  p_page integer default 1,
  p_more text default '…',
  p_more_prefix text default 'more:'
)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  with element as (
    select
      row.body ->> 'id' as id,
      row.body ->> 'title' as title,
      nullif(row.body ->> 'description', '') as description,
      wa.shorten_text(row.body ->> 'title', 24) as shown,
      row.position
    from jsonb_array_elements(p_rows) with ordinality as row (body, position)
  ),

  item as (
    select
      jsonb_strip_nulls(
        jsonb_build_object(
          'id', element.id,
          'title', element.shown,
          'description', wa.shorten_text(
            case
              when element.shown <> element.title
                and (element.description is null or count(*) over (partition by element.shown) > 1)
                then concat_ws(' · ', element.title, element.description)
              else element.description
            end,
            72
          )
        )
      ) as body,
      element.position,
      count(*) over () as total
    from element
  ),

  page as (
    select item.body, item.position
    from item
    where item.total <= 10 or (item.position - 1) / 9 + 1 = least(p_page, (item.total - 1) / 9 + 1)
    union all
    select jsonb_build_object('id', p_more_prefix || p_page + 1, 'title', wa.shorten_text(p_more, 24)), null
    from item
    where item.position = 1 and item.total > 10 and item.total > p_page * 9
  )

  select jsonb_build_object(
    'type', 'interactive',
    'interactive', jsonb_build_object(
      'type', 'list',
      'body', jsonb_build_object('text', wa.shorten_text(p_body, 1024)),
      'action', jsonb_build_object(
        'button', wa.shorten_text(p_button, 20),
        'sections', jsonb_build_array(
          jsonb_build_object('rows', coalesce((select jsonb_agg(page.body order by page.position nulls last) from page), '[]'))
        )
      )
    )
  )
$$;

comment on function wa.build_list is
'A list message of rows, an array of objects with id, title and description, shortened to Meta''s limits (body 1024, button 20, title 24, description 72 characters). A title that is cut, and that has no description or is cut to what another one is, stands whole in the description. More than ten rows come in pages of nine and a row "more", whose id is p_more_prefix and the number of the next page; a page after the last is the last.';

-- What an earlier version of this function rendered.
delete from wa.rendered_menus;
