-- The same two journeys, said in SQL over the same file. Times are local to London, as in the file.
.mode list
.separator " "
CREATE TEMP TABLE invoice AS
  SELECT CustomerID AS person, InvoiceNo AS invoice, min(rowid) AS seq, InvoiceDate AS at   -- SQLite: the row of min()
  FROM line WHERE CustomerID <> '' GROUP BY InvoiceNo, CustomerID;
CREATE TEMP TABLE paid AS
  SELECT *, lead(at) OVER w AS next_at, row_number() OVER w AS nth
  FROM invoice WHERE invoice NOT LIKE 'C%' WINDOW w AS (PARTITION BY person ORDER BY at, seq);
CREATE TEMP TABLE bounds AS SELECT max(InvoiceDate) AS last FROM line;
SELECT 'rows', count(*) FROM line;
SELECT 'rows_rejected', count(*) FROM line WHERE CustomerID = '';
SELECT 'order_paid', count(*) FROM paid;
SELECT 'order_returned', count(*) FROM invoice WHERE invoice LIKE 'C%';
SELECT 'win_back.entered', count(*) FROM paid;
SELECT 'win_back.restarted', count(*) FROM paid WHERE next_at < datetime(at, '+60 days');
CREATE TEMP TABLE asleep AS
  SELECT *, datetime(at, '+60 days') AS sent_at FROM paid, bounds
  WHERE (next_at IS NULL OR next_at >= datetime(at, '+60 days')) AND datetime(at, '+60 days') <= last;
SELECT 'win_back.sent', count(*) FROM asleep;
SELECT 'win_back.came_back', count(*) FROM asleep WHERE next_at < datetime(sent_at, '+30 days');
SELECT 'win_back.finished', count(*) FROM asleep, bounds
  WHERE (next_at IS NULL OR next_at >= datetime(sent_at, '+30 days')) AND datetime(sent_at, '+30 days') <= bounds.last;
SELECT 'vip.entered', count(*) FROM paid WHERE nth = 3;
SELECT 'vip.sent', count(*) FROM paid WHERE nth = 3;
SELECT 'vip.finished', count(*) FROM paid WHERE nth = 3;
