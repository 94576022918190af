select array_agg(msg_id)::text as ids
from pgmq.read('bench', 60, :batch::integer) \gset
select count(*)
from pgmq.archive('bench', :ids::bigint[]);
