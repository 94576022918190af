create or replace function wa.export_basket_members(p_user_ids uuid[])
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  return (
    select coalesce(
      jsonb_agg(
        jsonb_build_object(
          'basket', basket.name, 'status', basket.status, 'role', member.role, 'joined_at', member.joined_at
        )
        order by member.joined_at
      ),
      '[]'
    )
    from public.basket_members as member
    inner join public.baskets as basket on basket.id = member.basket_id
    where member.user_id = any(p_user_ids)
  );
end
$$;

alter function wa.export_basket_members owner to wa_basket_owner;

comment on function wa.export_basket_members is
'Of wa_export_profile: the baskets that a person is in.';

grant execute on function wa.export_basket_members to wa_privacy;
