alter table wa.media validate constraint media_of_users_have_metas_ids;
