-- Files by the hash of their bytes: whether something uses them is asked of each file that was sent.
CREATE INDEX attachment_hash ON attachment (json_extract(doc, '$.hash'));
