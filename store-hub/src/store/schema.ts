/** `Tide` in ASCII: tells a file of this program from any other SQLite file. */
export const APPLICATION_ID = 0x54696465

// `document` is ordered by sequence, so the changes feed is a scan of it, and an edit moves the row to its end.
// `tree` is null for a document of one revision, which nearly all are; see stored-tree.ts for its text.
// `body` is append-only. Its checksum covers id, revision and text: SQLite itself doesn't notice a flipped bit in a text.
const documents = `
  CREATE TABLE document (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    rev TEXT NOT NULL,
    deleted INTEGER NOT NULL,
    leaves INTEGER NOT NULL,
    body INTEGER NOT NULL,
    tree TEXT
  ) STRICT;
  CREATE UNIQUE INDEX document_by_id ON document (id);
  CREATE TABLE body (
    key INTEGER PRIMARY KEY,
    checksum INTEGER NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE TABLE local (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE state (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    documents INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    lastBody INTEGER NOT NULL,
    revsLimit INTEGER NOT NULL
  ) STRICT;
  INSERT INTO state VALUES (1, 0, 0, 0, 0, 1000);
`

/** The steps from an empty file to the present schema; `user_version` counts those a file has had. Only append. */
export const migrations: readonly string[] = [documents]
