-- Private routines: nobody but the routines that replace them called these.
-- squawk-ignore-file ban-drop-function
drop function if exists wa.settle_accepted(jsonb);
drop function if exists wa.judge_due(text, integer, bigint[]);
drop function if exists wa.lease_notifications(bigint[], text[], text, interval);
