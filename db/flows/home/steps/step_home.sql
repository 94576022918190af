create or replace function wa.step_home(p_chat wa.chat)
returns wa.step_result
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    null,
    '{}'::jsonb,
    wa.get_menu(
      case
        when p_chat.is_entered or wa.read_shared_phone((p_chat.message).content) is not null then 'home.menu'
        else 'home.unknown'
      end,
      p_chat.locale,
      wa.read_page(p_chat.data)
    )
  )::wa.step_result;
end
$$;

comment on function wa.step_home is
'The home state: the menu on entry and to a number that we asked for, the page of it that "more" asks for, and the menu with an apology for anything else.';
