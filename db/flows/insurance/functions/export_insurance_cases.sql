create or replace function wa.export_insurance_cases(p_user_ids uuid[])
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
        to_jsonb(one) || jsonb_build_object(
          'documents', (
            select jsonb_agg(to_jsonb(part) - '{case_id,case_status,task_id}'::text[] order by part.document)
            from public.insurance_documents as part
            where part.case_id = one.id
          ),
          'fields', (
            select jsonb_agg(to_jsonb(named) - '{case_id,case_status}'::text[] order by named.document, named.field)
            from public.insurance_fields as named
            where named.case_id = one.id
          ),
          'decisions', (
            select jsonb_agg(to_jsonb(made) - '{case_id,decided_by}'::text[] order by made.number)
            from public.insurance_decisions as made
            where made.case_id = one.id
          )
        )
        order by one.id
      ),
      '[]'
    )
    from public.insurance_cases as one
    where one.user_id = any(p_user_ids)
  );
end
$$;

alter function wa.export_insurance_cases owner to wa_runtime;

comment on function wa.export_insurance_cases is
'Of wa_export_profile: a person''s cases, each with its documents, fields and decisions. Who of the staff decided is not theirs to have.';

grant execute on function wa.export_insurance_cases to wa_privacy;
