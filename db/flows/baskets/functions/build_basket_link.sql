create or replace function wa.build_basket_link(p_share_token text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_number text := wa.get_setting('bot_number_e164') #>> '{}';
begin
  if v_number = '' then
    raise exception using
      errcode = 'WA031',
      message = 'the bot''s own number is not set, so there is no link to it',
      detail = 'The setting bot_number_e164 is empty.',
      hint = 'update wa.settings set value = ''"+<country code and number>"'' where key = ''bot_number_e164'';';
  end if;
  return format('https://wa.me/%s?text=JB%%3A%s', ltrim(v_number, '+'), p_share_token);
end
$$;

comment on function wa.build_basket_link is
'The wa.me link that opens a chat with the bot and the basket''s code in it. Raises WA031 when the bot''s number is not set.';

grant execute on function wa.build_basket_link to wa_basket_owner;
